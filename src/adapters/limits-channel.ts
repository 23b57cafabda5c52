/**
 * What the workers of one machine and their primary say to each other about limits. The primary holds the counters;
 * a worker sends what has gathered since its last message as one, so the cost of a message is shared under load.
 */
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitState } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';

/** One end of the way between a worker and the primary: `process`, or a `Worker` of node:cluster. */
export interface Channel {
  /** False, or an exception: the other side is gone. */
  send(message: object): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** `[limit, subject, points]` */
export type SentCharge = readonly [string, string, number];
/** `[remaining, resetMs, exceeded]` */
export type SentState = readonly [number, number, 0 | 1];

export type Question =
  | { readonly act: 'consume' | 'peek'; readonly charges: readonly SentCharge[] }
  | { readonly act: 'reset'; readonly party: string; readonly limit?: string | undefined };

export type Reply = readonly SentState[] | number;

export interface Questions {
  readonly kind: 'images-gateway-limits';
  readonly turn: number;
  /** Definitions that this worker names for the first time. */
  readonly define: readonly (readonly [string, LimitDefinition])[];
  readonly questions: readonly Question[];
}

export interface Replies {
  readonly kind: 'images-gateway-limits';
  readonly turn: number;
  readonly replies: readonly Reply[];
}

/** Whether a message is one of these; other parts of the gateway use the same channel. */
export const isOurs = (message: unknown): message is Questions | Replies =>
  typeof message === 'object' &&
  message !== null &&
  (message as { kind?: unknown }).kind === 'images-gateway-limits';

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
