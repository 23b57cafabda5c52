import type { CloudLimits, LimitCharge, LimitState, Lookup } from '../core/ports.ts';
import { defineStage } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { deny, pass, relay, type Verdict } from '../core/verdict.ts';
import { chargesOf, planLimit } from './limit-plan.ts';
import { limitsBody } from './limits-body.ts';

const options = Type.Object(
  {
    absolute: Type.Enum(['optional', 'required', 'none'], {
      default: 'optional',
      description:
        "The cloud's own limits: shown when it answers (optional), a condition of the answer (required), or not asked for (none).",
    }),
  },
  { additionalProperties: false },
);

/** A limit that is not being counted at the moment is wholly free. */
const statesOf = (charges: readonly LimitCharge[], known: readonly LimitState[]): readonly LimitState[] =>
  charges.map(
    ({ limit }) =>
      known.find((state) => state.limit === limit) ?? {
        limit,
        remaining: limit.points,
        resetMs: 0,
        exceeded: false,
      },
  );

/** What the cloud's head says of the body that ours takes the place of (RFC 9110 8, RFC 9530). */
const ofTheirBody: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
  'last-modified',
  'expires',
  'age',
]);

/** The cloud's head, by which clients tell the version that answered and what to ask its operator about. */
const headOf = ({ headers }: CloudLimits): CloudLimits['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheirBody.has(name)));

/**
 * Answers `GET /limits` itself: every limit that can refuse this caller, on whatever route, with what remains of it,
 * global ones included, beside what the cloud says of its own. It charges nothing, and a route that has it needs no
 * `rate-limit`. The answer is JSON whatever `Accept` says, as Nova's is.
 */
export const limits = defineStage({
  name: 'limits',
  summary: 'Answers GET /limits with the limits that apply to the caller and what remains of them.',
  options,
  reads: ['identity'],
  gives: [],
  ports: ['limits', 'cloudLimits', 'clock'],
  faults: {
    'limits-unavailable': {
      status: 503,
      name: 'serviceUnavailable',
      when: 'The store of the counters does not answer, and the gateway is set to deny then.',
    },
    'absolute-unavailable': {
      status: 502,
      name: 'computeFault',
      when: 'The cloud did not tell its own limits, on a route that sets `absolute: required`.',
    },
  },
  prepare({ absolute }, ports, scope) {
    const plan = scope.limits.filter(({ mode }) => mode === 'enforce').map(planLimit);

    return async (exchange): Promise<Verdict<'limits-unavailable' | 'absolute-unavailable'>> => {
      if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return pass;
      const charges = chargesOf(plan, exchange);
      const none: Lookup<CloudLimits> = { kind: 'found', value: { limits: {}, headers: {} } };
      const [cloud, answer] = await Promise.all([
        absolute === 'none' ? none : ports.cloudLimits.limits(exchange, exchange.caller, exchange.signal),
        charges.length === 0 ? { kind: 'counted' as const, states: [] } : ports.limits.peek(charges),
      ]);
      if (answer.kind === 'unavailable')
        return deny('limits-unavailable', 'The limits cannot be read at the moment. Retry after 1 second.', {
          retryAfterMs: 1000,
          notes: { reason: answer.reason },
        });
      // The cloud knows better who asks and in which version: a client signs in anew on its 401, and takes an older
      // version on its 406. Only a cloud that has no such call leaves the answer to us.
      if (cloud.kind === 'refused' && cloud.answer.status !== 404) return relay(cloud.answer);
      if (cloud.kind !== 'found' && absolute === 'required')
        return deny('absolute-unavailable', 'The service behind did not tell its limits. Try again later.');
      const told = cloud.kind === 'found' ? cloud.value : undefined;
      const body = limitsBody(statesOf(charges, answer.states), told?.limits, ports.clock.now());
      return relay({
        status: 200,
        headers: {
          ...(told !== undefined && headOf(told)),
          'content-type': 'application/json',
          'cache-control': 'no-store',
          ...(told === undefined && { 'x-limits-absolute': 'unavailable' }),
        },
        body: new TextEncoder().encode(JSON.stringify(body)),
      });
    };
  },
});
