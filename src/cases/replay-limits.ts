import { type LimitDefinition, unitSeconds } from '../core/policy.ts';
import type { LimitCharge, LimitState, LimitsPort } from '../core/ports.ts';

interface Window {
  ends: number;
  used: number;
}

/** More counters than this would hold the whole file in memory; the oldest are forgotten. */
const mostWindows = 200_000;

/**
 * Counts limits again by the times of a recording, in fixed windows that begin with the first request. Limits by
 * address count nothing: addresses are not recorded.
 * @param now time of the decision that is replayed, in milliseconds since the epoch.
 */
export const replayLimits = (now: () => number): LimitsPort => {
  const windows = new Map<string, Window>();

  const windowOf = ({ limit, subject }: LimitCharge): Window | undefined => {
    if (limit.key === 'address') return undefined;
    const key = `${limit.name} ${subject}`;
    const found = windows.get(key);
    if (found !== undefined && found.ends > now()) return found;
    // Deleted first, so that the order of the map is that of the windows' beginnings.
    windows.delete(key);
    const made = { ends: now() + windowMs(limit), used: 0 };
    windows.set(key, made);
    if (windows.size > mostWindows) windows.delete(windows.keys().next().value ?? '');
    return made;
  };

  const stateOf = ({ limit, points }: LimitCharge, window: Window | undefined): LimitState =>
    window === undefined
      ? { limit, remaining: limit.points, resetMs: 0, exceeded: false }
      : {
          limit,
          remaining: Math.max(0, limit.points - window.used - points),
          resetMs: Math.max(0, window.ends - now()),
          exceeded: window.used + points > limit.points,
        };

  return {
    consume(charges) {
      const counted = charges.map(windowOf);
      const states = charges.map((charge, index) => stateOf(charge, counted[index]));
      // A request that one limit refuses is charged to none.
      if (!states.some(({ exceeded, limit }) => exceeded && limit.mode === 'enforce'))
        for (const [index, { points }] of charges.entries()) {
          const window = counted[index];
          if (window !== undefined && states[index]?.exceeded === false) window.used += points;
        }
      return { kind: 'counted', states };
    },
    peek: (charges) => ({
      kind: 'counted',
      states: charges.map((charge) => stateOf(charge, windowOf(charge))),
    }),
  };
};

const windowMs = ({ per, every }: LimitDefinition): number => unitSeconds[per] * every * 1000;
