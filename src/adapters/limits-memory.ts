import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitState, LimitsAnswer } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';
import { memoryWindows, type Windows } from './limiter.ts';
import { belongsTo, type LimitsStore } from './limits-store.ts';

export interface MemoryLimitsOptions {
  /** Subjects remembered for each limit; one takes about 390 bytes. Past it the oldest windows are forgotten. */
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
  /** The same by definition, of which one limit has several: one for each policy that was loaded. */
  const known = new WeakMap<LimitDefinition, Windows>();

  const windowsOf = (limit: LimitDefinition): Windows => {
    let windows = known.get(limit);
    if (windows !== undefined) return windows;
    const { id, seconds } = limitIdentity(limit);
    windows = held.get(id) ?? memoryWindows(limit.points, seconds, maxSubjects);
    held.set(id, windows);
    known.set(limit, windows);
    return windows;
  };

  const stateOf = (
    limit: LimitDefinition,
    consumed: number,
    resetMs: number,
    exceeded: boolean,
  ): LimitState => ({ limit, remaining: Math.max(0, limit.points - consumed), resetMs, exceeded });

  const look = ({ limit, subject, points }: LimitCharge): LimitState => {
    const count = windowsOf(limit).peek(subject);
    if (count === undefined) return stateOf(limit, 0, 0, points > limit.points);
    return stateOf(limit, count.consumed, count.resetMs, count.consumed + points > limit.points);
  };

  const take = ({ limit, subject, points }: LimitCharge): LimitState => {
    const { consumed, resetMs } = windowsOf(limit).charge(subject, points);
    return stateOf(limit, consumed, resetMs, false);
  };

  return {
    consume(charges) {
      const states: LimitState[] = [];
      let refused = false;
      for (const charge of charges) {
        const state = look(charge);
        states.push(state);
        if (state.exceeded && charge.limit.mode === 'enforce') refused = true;
      }
      // Nothing runs between the look and the charge, so no other request can take the room that was seen.
      if (!refused)
        for (let index = 0; index < charges.length; index += 1)
          if (states[index]?.exceeded === false) states[index] = take(charges[index] as LimitCharge);
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
