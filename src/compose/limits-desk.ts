import type { MeteredLimits } from '../adapters/limits-metered.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitsDesk } from '../http/admin-limits.ts';
import type { Snapshots } from '../pipeline/snapshots.ts';
import { windowsOfParty } from '../stages/limit-party.ts';

/** The limits of the current revision, and those that a candidate defines otherwise: both are being counted. */
export const limitsInForce = ({ current, candidate }: Snapshots): readonly LimitDefinition[] => {
  const { limits } = current.policy;
  if (candidate === undefined) return limits;
  const words = ({ at: _at, ...limit }: LimitDefinition): string => JSON.stringify(limit);
  const known = new Set(limits.map(words));
  return [...limits, ...candidate.snapshot.policy.limits.filter((limit) => !known.has(words(limit)))];
};

/**
 * What operators may see and do with limits.
 *
 * @param current the limits of the policy that is in force.
 */
export const composeLimitsDesk = (
  store: MeteredLimits,
  current: () => readonly LimitDefinition[],
): LimitsDesk => ({
  limits: current,
  pressure: () => store.pressure(),
  async show(party) {
    const windows = windowsOfParty(current(), party);
    if (windows.length === 0) return [];
    const charges = windows.map(({ window }) => ({ limit: window, subject: party, points: 1 }));
    const answer = await store.peek(charges);
    if (answer.kind === 'unavailable') return answer.reason;
    return answer.states.map((state, index) => ({ ...state, group: windows[index]?.group }));
  },
  reset: (party, limit) => store.reset(party, limit),
});
