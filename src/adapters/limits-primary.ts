import type { Peer } from '../core/peer.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge } from '../core/ports.ts';
import { countLimits, resetLimits, type SentCharges, type SentState, sentState } from './limits-channel.ts';
import type { MemoryLimits } from './limits-memory.ts';

/**
 * Counts for one worker. Called in the primary for each worker that it starts, with the same counters for all.
 * Whatever a worker asks comes from the same code: it is not checked again.
 */
export const serveLimits = (worker: Peer, limits: MemoryLimits): void => {
  const defined = new Map<string, LimitDefinition>();

  const chargesOf = ({ charges }: SentCharges): readonly LimitCharge[] | undefined => {
    const found: LimitCharge[] = [];
    for (const [name, subject, points] of charges) {
      const limit = defined.get(name);
      if (limit === undefined) return undefined;
      found.push({ limit, subject, points });
    }
    return found;
  };

  worker.answer(countLimits, (question): readonly SentState[] => {
    for (const [name, limit] of question.define ?? []) defined.set(name, limit);
    const charges = chargesOf(question);
    // Part of them must not be charged: nobody would know.
    if (charges === undefined) return [];
    const answer = limits[question.act](charges);
    return answer.kind === 'counted' ? answer.states.map(sentState) : [];
  });
  worker.answer(resetLimits, async ({ party, limit }) => {
    const forgotten = await limits.reset(party, limit);
    return typeof forgotten === 'number' ? forgotten : 0;
  });
};
