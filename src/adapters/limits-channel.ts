/** What the workers of one machine and their primary say to each other about limits. The primary holds the counters. */
import { topic } from '../core/peer.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitState } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';

/** `[limit, subject, points, wants]`; 1: the worker has no block of this counter to spend, and would take one. */
export type SentCharge = readonly [string, string, number, 0 | 1];
/** `[free, resetMs, exceeded]`, and where the worker was given a block `[..., points, term]` */
export type SentState = readonly [number, number, 0 | 1, number?, number?];

export interface SentCharges {
  readonly act: 'consume' | 'peek';
  readonly charges: readonly SentCharge[];
  /** Definitions that this worker names for the first time. */
  readonly define?: readonly (readonly [string, LimitDefinition])[];
}

/** Answered with fewer states than charges when a limit was never defined. */
export const countLimits = topic<SentCharges, readonly SentState[]>('limits');

/** `[identity of the limit, subject, term, free]`; `null`: the block is over, what is left of it goes back. */
export type SentWord = readonly [string, string, number, number | null];

/**
 * Told by the primary to who holds blocks. Answered with the points of that term that were spent, for each word;
 * `null`: not known, so take it that all were.
 */
export const tellHolders = topic<readonly SentWord[], readonly (number | null)[]>('limits-word');

export const resetLimits = topic<{ readonly party: string; readonly limit: string | undefined }, number>(
  'limits-reset',
);

const names = new WeakMap<LimitDefinition, string>();

/** The mode is no part of a limit's identity, and does decide whether it refuses. */
export const sentName = (limit: LimitDefinition): string => {
  let name = names.get(limit);
  if (name === undefined) {
    name = `${limitIdentity(limit).id}|${limit.mode}`;
    names.set(limit, name);
  }
  return name;
};

export const sentCharge = ({ limit, subject, points }: LimitCharge, wants: boolean): SentCharge => [
  sentName(limit),
  subject,
  points,
  wants ? 1 : 0,
];

export const sentState = ({ remaining, resetMs, exceeded }: LimitState): SentState => [
  remaining,
  resetMs,
  exceeded ? 1 : 0,
];
