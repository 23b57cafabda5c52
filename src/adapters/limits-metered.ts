import type { CounterSeries, Meters } from '../core/meters.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitState, LimitsAnswer } from '../core/ports.ts';
import type { Pressure } from '../core/pressure.ts';
import { PressureGauge } from './limits-pressure.ts';
import { belongsTo, type LimitsStore } from './limits-store.ts';

/** With this part of an allowance left, or less, a caller is near its limit. */
const nearPart = 1 / 5;

const meterSpecs = {
  requests: {
    name: 'images_gateway_ratelimit_requests_total',
    help: 'Requests counted against a limit: within it or over it. Over it in mode flag they were let through.',
    labels: ['limit', 'mode', 'result'],
  },
  near: {
    name: 'images_gateway_ratelimit_near_limit_total',
    help: 'Requests within a limit that left at most a fifth of it.',
    labels: ['limit'],
  },
} as const;

interface LimitSeries {
  readonly within: CounterSeries;
  readonly over: CounterSeries;
  readonly near: CounterSeries;
  /** So many points left are few. */
  readonly few: number;
}

export interface MeteredLimits extends LimitsStore {
  /** The counters of this process that are nearly or wholly used up. */
  pressure(): readonly Pressure[];
}

/** Counts what a store answers. No id of a project, user or address becomes a label. */
export const meteredLimits = (
  store: LimitsStore,
  meters: Meters,
  monotonic: () => number = () => performance.now(),
): MeteredLimits => {
  const requests = meters.counter(meterSpecs.requests);
  const near = meters.counter(meterSpecs.near);
  const pressed = new PressureGauge(monotonic);
  const known = new WeakMap<LimitDefinition, LimitSeries>();

  const seriesOf = (limit: LimitDefinition): LimitSeries => {
    let series = known.get(limit);
    if (series === undefined) {
      const { name, mode } = limit;
      series = {
        within: requests.at({ limit: name, mode, result: 'within' }),
        over: requests.at({ limit: name, mode, result: 'over' }),
        near: near.at({ limit: name }),
        few: limit.points * nearPart,
      };
      known.set(limit, series);
    }
    return series;
  };

  const countState = (charge: LimitCharge | undefined, state: LimitState): void => {
    const { within, over, near: nearly, few } = seriesOf(state.limit);
    if (!state.exceeded) within.inc();
    else over.inc();
    if (!state.exceeded && state.remaining > few) return;
    if (!state.exceeded) nearly.inc();
    if (charge !== undefined) pressed.note(charge, state);
  };

  const counted = (charges: readonly LimitCharge[], answer: LimitsAnswer): LimitsAnswer => {
    if (answer.kind === 'unavailable') return answer;
    // A refusal that is remembered tells only of the limits that refuse.
    const isWhole = answer.states.length === charges.length;
    for (const [index, state] of answer.states.entries())
      countState(isWhole ? charges[index] : charges.find(({ limit }) => limit === state.limit), state);
    return answer;
  };

  return {
    consume(charges) {
      const answer = store.consume(charges);
      return answer instanceof Promise
        ? answer.then((late) => counted(charges, late))
        : counted(charges, answer);
    },
    peek: (charges) => store.peek(charges),
    async reset(party, limitName) {
      pressed.forget((subject) => belongsTo(party, subject));
      return store.reset(party, limitName);
    },
    pressure: () => pressed.report(),
  };
};
