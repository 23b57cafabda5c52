/**
 * The parts of a request that Redis can count at once. With one server (or Sentinel) that is all of it: a single
 * script looks at all counters and charges them, and a request that one limit refuses is charged to none. In a
 * cluster the counters of different parties are on different servers, which no script can span; the parts are asked
 * side by side, and what was charged is given back when another part refuses. So no limit is ever exceeded, and a
 * point may be missing for the moment of that one refusal.
 */
import type { LimitCharge, LimitState, Outage } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';
import { tagOf } from './limits-keyspace.ts';
import { countScript, readCounters, refundScript } from './limits-script.ts';
import type { Redis } from './redis-client.ts';

export interface Part {
  readonly charges: readonly LimitCharge[];
  readonly keys: readonly string[];
  /** Where each charge stands in the request. */
  readonly places: readonly number[];
}

export interface CountedPart {
  readonly part: Part;
  readonly charged: boolean;
  /** `undefined`: the store did not answer, and `reason` says why. */
  readonly states: readonly LimitState[] | undefined;
  readonly reason: Outage | undefined;
}

/** @param sharded counters of different parties may be on different servers. */
export const partsOf = (
  charges: readonly LimitCharge[],
  keys: readonly string[],
  sharded: boolean,
): readonly Part[] => {
  if (!sharded) return [{ charges, keys, places: [...charges.keys()] }];
  const parts = new Map<string, { charges: LimitCharge[]; keys: string[]; places: number[] }>();
  for (const [place, charge] of charges.entries()) {
    const tag = tagOf(charge.subject);
    const part = parts.get(tag) ?? { charges: [], keys: [], places: [] };
    parts.set(tag, part);
    part.charges.push(charge);
    part.keys.push(keys[place] as string);
    part.places.push(place);
  }
  return [...parts.values()];
};

export const countPart = async (redis: Redis, part: Part, charging: boolean): Promise<CountedPart> => {
  const args: number[] = [charging ? 1 : 0];
  for (const { limit, points } of part.charges)
    args.push(points, limit.points, limitIdentity(limit).seconds * 1000, limit.mode === 'enforce' ? 1 : 0);
  const answer = await redis.run(countScript, part.keys, args);
  if (answer.kind === 'unavailable')
    return { part, charged: false, states: undefined, reason: answer.reason };
  const { charged, counters } = readCounters(answer.value);
  const states = part.charges.map(({ limit }, index): LimitState => {
    const { consumed = 0, leftMs = 0, fits = true } = counters[index] ?? {};
    return { limit, remaining: Math.max(0, limit.points - consumed), resetMs: leftMs, exceeded: !fits };
  });
  return { part, charged, states, reason: undefined };
};

/** Gives back what was charged for a request that is refused after all. A store that has gone away keeps it. */
export const refundPart = async (redis: Redis, part: Part, states: readonly LimitState[]): Promise<void> => {
  const charged = states.flatMap(({ exceeded, resetMs }, index) => (exceeded ? [] : [{ index, resetMs }]));
  const keys = charged.map(({ index }) => part.keys[index] as string);
  const args = charged.flatMap(({ index, resetMs }) => [part.charges[index]?.points ?? 0, resetMs]);
  if (keys.length > 0) await redis.run(refundScript, keys, args);
};
