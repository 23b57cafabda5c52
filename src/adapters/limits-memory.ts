import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitState, LimitsAnswer } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';
import { memoryWindows, type Windows } from './limiter.ts';
import { belongsTo, type LimitsStore } from './limits-store.ts';

export interface MemoryLimitsOptions {
  /** Subjects remembered for each limit; one takes about 430 bytes. Past it the oldest windows are forgotten. */
  readonly maxSubjects?: number;
}

export interface MemoryLimits extends LimitsStore {
  /** Both answer at once: the process holds the counters. */
  consume(charges: readonly LimitCharge[]): LimitsAnswer;
  peek(charges: readonly LimitCharge[]): LimitsAnswer;
  /** Charges what was let through elsewhere, whether it fits or not. */
  add(charges: readonly LimitCharge[]): void;
  /** Subjects remembered at this moment, over all limits. */
  size(): number;
}

const nameOf = (id: string): string => id.slice(0, id.lastIndexOf('.'));

/** Counters in this process. Exact for one process; see limits-redis and limits-cluster for more than one. */
export const createMemoryLimits = ({ maxSubjects = 100_000 }: MemoryLimitsOptions = {}): MemoryLimits => {
  const held = new Map<string, Windows>();

  const windowsOf = (limit: LimitDefinition): Windows => {
    const { id, seconds } = limitIdentity(limit);
    let windows = held.get(id);
    if (windows === undefined) {
      // A reload brings new definitions: the moment to let go of limits that no longer exist and have run out.
      for (const [old, { size }] of held) if (size === 0) held.delete(old);
      windows = memoryWindows(limit.points, seconds, maxSubjects);
      held.set(id, windows);
    }
    return windows;
  };

  const look = (charge: LimitCharge): LimitState => {
    const { limit, subject, points } = charge;
    const count = windowsOf(limit).peek(subject);
    const consumed = count?.consumed ?? 0;
    return {
      limit,
      remaining: Math.max(0, limit.points - consumed),
      resetMs: count?.resetMs ?? 0,
      exceeded: consumed + points > limit.points,
    };
  };

  const take = (charge: LimitCharge): LimitState => {
    const { limit, subject, points } = charge;
    const { consumed, resetMs } = windowsOf(limit).charge(subject, points);
    return { limit, remaining: Math.max(0, limit.points - consumed), resetMs, exceeded: false };
  };

  return {
    consume(charges) {
      const states = charges.map(look);
      // Nothing runs between the look and the charge, so no other request can take the room that was seen.
      if (states.some(({ exceeded, limit }) => exceeded && limit.mode === 'enforce'))
        return { kind: 'counted', states };
      for (const [index, charge] of charges.entries())
        if (states[index]?.exceeded === false) states[index] = take(charge);
      return { kind: 'counted', states };
    },
    add(charges) {
      for (const charge of charges) take(charge);
    },
    peek: (charges) => ({ kind: 'counted', states: charges.map(look) }),
    async reset(party, limitName) {
      let forgotten = 0;
      for (const [id, windows] of held) {
        if (limitName !== undefined && nameOf(id) !== limitName) continue;
        for (const subject of [...windows.subjects()])
          if (belongsTo(party, subject) && windows.forget(subject)) forgotten += 1;
      }
      return forgotten;
    },
    size: () => [...held.values()].reduce((sum, windows) => sum + windows.size, 0),
  };
};
