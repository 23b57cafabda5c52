import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { LimitCharge, LimitState, LimitsAnswer, Outage } from '../core/ports.ts';
import { BlockedCounters } from './limits-blocked.ts';
import { counterKey, counterPattern } from './limits-keyspace.ts';
import { standIn, type WhenStoreDown } from './limits-local-share.ts';
import { OwedCharges } from './limits-owed.ts';
import { type CountedPart, countPart, partsOf, refundPart } from './limits-redis-parts.ts';
import type { LimitsStore } from './limits-store.ts';
import type { Redis } from './redis-client.ts';

export interface RedisLimitsOptions {
  readonly redis: Redis;
  /** First part of every key, so that several installations can share one Redis. */
  readonly prefix?: string;
  readonly whenDown: WhenStoreDown;
  /** How many gateways share the limits; see `local-share`. */
  readonly replicas: number;
  readonly log: Log;
  readonly meters: Meters;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic?: () => number;
}

const meterSpecs = {
  up: {
    name: 'images_gateway_limits_store_up',
    help: 'Whether limits are counted in Redis (1) or by the rule for its absence (0).',
    labels: [],
    acrossWorkers: 'min',
  },
  without: {
    name: 'images_gateway_limits_without_store_total',
    help: 'Requests whose limits were judged without Redis, by the rule that was used and the reason.',
    labels: ['rule', 'reason'],
  },
} as const;

const consequence: Readonly<Record<WhenStoreDown, string>> = {
  'local-share': 'this gateway counts its share of each limit by itself',
  allow: 'nothing is limited',
  deny: 'requests that have limits are refused',
};

const refuses = ({ exceeded, limit }: LimitState): boolean => exceeded && limit.mode === 'enforce';

/**
 * Counters in Redis, shared by all gateways: one round trip for each request, whatever the number of its limits.
 * While Redis does not answer, the answer comes at once from the rule that is set for that.
 */
export const createRedisLimits = ({
  redis,
  prefix = 'images-gateway',
  whenDown,
  replicas,
  log,
  meters,
  monotonic = () => performance.now(),
}: RedisLimitsOptions): LimitsStore => {
  const blocked = new BlockedCounters(monotonic);
  const instead = standIn(whenDown, replicas);
  const owed = new OwedCharges(monotonic);
  const up = meters.gauge(meterSpecs.up).at({});
  const without = meters.counter(meterSpecs.without);

  redis.onChange((there) => {
    up.set(there ? 1 : 0);
    if (there) {
      log.info({ store: 'redis' }, 'Limits are counted in Redis again.');
      void owed.pay(redis);
    } else log.warn({ store: 'redis', rule: whenDown }, `Without Redis, ${consequence[whenDown]}.`);
  });
  void redis.started.then(() => up.set(redis.available() ? 1 : 0));

  const judgeWithout = (
    act: 'consume' | 'peek',
    charges: readonly LimitCharge[],
    reason: Outage,
  ): LimitsAnswer => {
    without.at({ rule: whenDown, reason }).inc();
    return instead[act](charges, reason);
  };

  /** All states in the order of the charges; those that the store did not give come from the rule for its absence. */
  const completed = (act: 'consume' | 'peek', parts: readonly CountedPart[]): LimitsAnswer => {
    const states: LimitState[] = [];
    for (const { part, states: found, reason } of parts) {
      const answer: LimitsAnswer =
        found === undefined
          ? judgeWithout(act, part.charges, reason ?? 'reset')
          : { kind: 'counted', states: found };
      if (answer.kind === 'unavailable') return answer;
      for (const [index, state] of answer.states.entries()) states[part.places[index] as number] = state;
    }
    // A rule that counts nothing leaves holes.
    return { kind: 'counted', states: states.filter(() => true) };
  };

  const ask = async (
    act: 'consume' | 'peek',
    charges: readonly LimitCharge[],
    keys: readonly string[],
  ): Promise<LimitsAnswer> => {
    const parts = await Promise.all(
      partsOf(charges, keys, redis.sharded).map((part) => countPart(redis, part, act === 'consume')),
    );
    const answer = completed(act, parts);
    const refused = answer.kind === 'unavailable' || answer.states.some(refuses);
    for (const { part, states } of parts)
      for (const [index, state] of (states ?? []).entries()) blocked.learn(part.keys[index] as string, state);
    const charged = parts.filter((part) => part.charged);
    if (!refused) for (const { part } of charged) instead.admitted(part.charges);
    else if (charged.length > 0)
      await Promise.all(charged.map(({ part, states }) => refundPart(redis, part, states ?? [])));
    return answer;
  };

  return {
    consume(charges) {
      const keys = charges.map((charge) => counterKey(prefix, charge));
      const usedUp = charges
        .map((charge, index) => blocked.state(keys[index] as string, charge))
        .filter((state) => state !== undefined);
      if (usedUp.length > 0) return { kind: 'counted', states: usedUp };
      if (!redis.available()) {
        const answer = judgeWithout('consume', charges, 'circuit-open');
        if (answer.kind === 'counted') owed.note(charges, keys, answer.states);
        return answer;
      }
      return ask('consume', charges, keys);
    },
    peek(charges) {
      if (!redis.available()) return judgeWithout('peek', charges, 'circuit-open');
      return ask(
        'peek',
        charges,
        charges.map((charge) => counterKey(prefix, charge)),
      );
    },
    async reset(party, limitName) {
      const found = await redis.keys(counterPattern(prefix, party, limitName));
      if (found.kind === 'unavailable') return found.reason;
      let forgotten = 0;
      for (const key of found.value) {
        const removed = await redis.del(key);
        if (removed.kind === 'unavailable') return removed.reason;
        if (removed.value) forgotten += 1;
      }
      blocked.forgetAll();
      return forgotten;
    },
  };
};
