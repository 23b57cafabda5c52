import type { Peer } from '../core/peer.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge } from '../core/ports.ts';
import { countLimits, resetLimits, type SentCharges, type SentState, sentState } from './limits-channel.ts';
import { Holder } from './limits-out.ts';
import type { SharedLimits } from './limits-shared.ts';

/**
 * Counts for one worker. Called in the primary for each worker that it starts, with the same counters for all.
 * Whatever a worker asks comes from the same code: it is not checked again.
 *
 * @returns called when the worker has ended
 */
export const serveLimits = (worker: Peer, limits: SharedLimits): (() => void) => {
  const holder = new Holder(worker);
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

  worker.answer(countLimits, (question): readonly SentState[] | Promise<readonly SentState[]> => {
    for (const [name, limit] of question.define ?? []) defined.set(name, limit);
    const charges = chargesOf(question);
    // Part of them must not be charged: nobody would know.
    if (charges === undefined) return [];
    if (question.act === 'peek') return limits.peek(charges).then((states) => states.map(sentState));
    const wants = question.charges.map(([, , , wanted]) => wanted === 1);
    return limits.consume(holder, charges, wants);
  });
  worker.answer(resetLimits, ({ party, limit }) => limits.reset(party, limit));
  return () => limits.gone(holder);
};
