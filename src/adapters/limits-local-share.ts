import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitState, LimitsAnswer, Outage } from '../core/ports.ts';
import { createMemoryLimits } from './limits-memory.ts';

/** What happens to limits while their store is down. */
export type WhenStoreDown = 'local-share' | 'allow' | 'deny';

export interface StandIn {
  /** What the store has let through here: it is part of this gateway's share. */
  admitted(charges: readonly LimitCharge[]): void;
  consume(charges: readonly LimitCharge[], reason: Outage): LimitsAnswer;
  peek(charges: readonly LimitCharge[], reason: Outage): LimitsAnswer;
}

/** One subject takes about 390 bytes. */
const maxSubjects = 50_000;

const nothing = (): void => undefined;

/**
 * Answers in place of the store. `local-share`: each gateway counts on its own, an equal part of each limit, at least
 * one point; so the replicas together let through no more than the limit, wherever that is not below their number.
 * What the store let through before in the same window counts too: an outage does not give everyone a second share.
 * `allow`: nothing is counted. `deny`: the caller is told that the limits cannot be checked.
 *
 * @param replicas how many gateways share the limits.
 */
export const standIn = (whenDown: WhenStoreDown, replicas: number): StandIn => {
  if (whenDown === 'deny') {
    const refuse = (_charges: readonly LimitCharge[], reason: Outage): LimitsAnswer => ({
      kind: 'unavailable',
      reason,
    });
    return { admitted: nothing, consume: refuse, peek: refuse };
  }
  if (whenDown === 'allow') {
    const allow = (): LimitsAnswer => ({ kind: 'counted', states: [] });
    return { admitted: nothing, consume: allow, peek: allow };
  }

  const shares = new WeakMap<LimitDefinition, LimitDefinition>();
  const shareOf = (limit: LimitDefinition): LimitDefinition => {
    let share = shares.get(limit);
    if (share === undefined) {
      share = { ...limit, points: Math.max(1, Math.floor(limit.points / replicas)) };
      shares.set(limit, share);
    }
    return share;
  };
  const memory = createMemoryLimits({ maxSubjects });
  const asShares = (charges: readonly LimitCharge[]): readonly LimitCharge[] =>
    charges.map((charge) => {
      const limit = shareOf(charge.limit);
      // What costs more than the whole share must be possible once in a window.
      return { ...charge, limit, points: Math.min(charge.points, limit.points) };
    });
  /** The caller is told of the limit, not of the share. */
  const asLimits = (charges: readonly LimitCharge[], states: readonly LimitState[]): LimitsAnswer => ({
    kind: 'counted',
    states: states.map((state, index) => ({ ...state, limit: charges[index]?.limit ?? state.limit })),
  });
  const answer =
    (ask: (charges: readonly LimitCharge[]) => LimitsAnswer) =>
    (charges: readonly LimitCharge[]): LimitsAnswer => {
      const found = ask(asShares(charges));
      return found.kind === 'counted' ? asLimits(charges, found.states) : found;
    };
  return {
    admitted: (charges) => memory.add(asShares(charges)),
    consume: answer(memory.consume),
    peek: answer(memory.peek),
  };
};
