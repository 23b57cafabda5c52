/** What the workers of one machine and their primary say to each other about limits. The primary holds the counters. */
import { topic } from '../core/peer.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitState } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';

/** `[limit, subject, points]` */
export type SentCharge = readonly [string, string, number];
/** `[remaining, resetMs, exceeded]` */
export type SentState = readonly [number, number, 0 | 1];

export interface SentCharges {
  readonly act: 'consume' | 'peek';
  readonly charges: readonly SentCharge[];
  /** Definitions that this worker names for the first time. */
  readonly define?: readonly (readonly [string, LimitDefinition])[];
}

/** Answered with fewer states than charges when a limit was never defined. */
export const countLimits = topic<SentCharges, readonly SentState[]>('limits');

export const resetLimits = topic<{ readonly party: string; readonly limit: string | undefined }, number>(
  'limits-reset',
);

/** The mode is no part of a limit's identity, and does decide whether it refuses. */
export const sentName = (limit: LimitDefinition): string => `${limitIdentity(limit).id}|${limit.mode}`;

export const sentCharge = ({ limit, subject, points }: LimitCharge): SentCharge => [
  sentName(limit),
  subject,
  points,
];

export const sentState = ({ remaining, resetMs, exceeded }: LimitState): SentState => [
  remaining,
  resetMs,
  exceeded ? 1 : 0,
];
