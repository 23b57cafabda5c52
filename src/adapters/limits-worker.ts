import type { Peer } from '../core/peer.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitsAnswer, Outage } from '../core/ports.ts';
import { BlockedCounters } from './limits-blocked.ts';
import {
  countLimits,
  resetLimits,
  type SentState,
  sentCharge,
  sentName,
  tellHolders,
} from './limits-channel.ts';
import { HeldBlocks } from './limits-held.ts';
import { standIn } from './limits-local-share.ts';
import type { LimitsStore } from './limits-store.ts';

export interface WorkerLimitsOptions {
  readonly primary: Peer;
  /** How many workers there are: the share of each while the primary does not answer. */
  readonly workers: number;
  /** Milliseconds to wait for the primary. */
  readonly budgetMs?: number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic?: () => number;
}

/** Milliseconds for a reset, which looks at all counters. */
const resetMs = 5000;

/**
 * Limits of one worker of several on a machine: the primary counts, so they are exact over all workers without any
 * other store. It gives blocks of points, which are spent here without asking. While the primary does not answer, each
 * worker spends its blocks, and then counts its share.
 */
export const createWorkerLimits = ({
  primary,
  workers,
  budgetMs = 50,
  monotonic = () => performance.now(),
}: WorkerLimitsOptions): LimitsStore => {
  const defined = new Set<string>();
  const blocks = new HeldBlocks(monotonic);
  const blocked = new BlockedCounters(monotonic);
  const instead = standIn('local-share', workers);
  const keyOf = ({ limit, subject }: LimitCharge): string => `${sentName(limit)}\n${subject}`;

  const newOnes = (charges: readonly LimitCharge[]): readonly (readonly [string, LimitDefinition])[] =>
    charges.flatMap(({ limit }) => {
      const name = sentName(limit);
      if (defined.has(name)) return [];
      defined.add(name);
      return [[name, limit] as const];
    });

  const ask = async (act: 'consume' | 'peek', charges: readonly LimitCharge[]): Promise<LimitsAnswer> => {
    const places = charges.map((charge) => (act === 'consume' ? blocks.want(charge) : undefined));
    const define = newOnes(charges);
    const sent = charges.map((charge, index) => sentCharge(charge, places[index] !== undefined));
    const askedAt = monotonic();
    const question = { act, charges: sent, ...(define.length > 0 && { define }) };
    const reply = await primary.ask(countLimits, question, budgetMs);
    if (reply?.length !== charges.length) {
      for (const place of places) blocks.unheard(place);
      // The question that defined them may never have arrived.
      for (const { limit } of charges) defined.delete(sentName(limit));
      return instead[act](charges, 'timeout');
    }
    const states = charges.map((charge, index) => {
      const told = reply[index] as SentState;
      const [free, resetMs, exceeded] = told;
      const remaining = act === 'consume' ? blocks.heard(charge, places[index], told, askedAt) : free;
      const state = { limit: charge.limit, remaining, resetMs, exceeded: exceeded === 1 };
      blocked.learn(keyOf(charge), state);
      return state;
    });
    return { kind: 'counted', states };
  };

  primary.answer(tellHolders, (words) => words.map((word) => blocks.told(word)));

  return {
    consume(charges) {
      const states = blocks.spend(charges);
      if (states !== undefined) return { kind: 'counted', states };
      const usedUp = charges
        .map((charge) => blocked.state(keyOf(charge), charge))
        .filter((state) => state !== undefined);
      return usedUp.length > 0 ? { kind: 'counted', states: usedUp } : ask('consume', charges);
    },
    peek: (charges) => ask('peek', charges),
    async reset(party, limit): Promise<number | Outage> {
      blocked.forgetAll();
      return (await primary.ask(resetLimits, { party, limit }, resetMs)) ?? 'timeout';
    },
  };
};
