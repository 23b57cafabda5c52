/** What the primary of several workers asks them, and they ask it. */
import type { RevocationRecord } from '../adapters/revocations.ts';
import type { RevocationReport } from '../adapters/tokens.ts';
import type { Decision } from '../core/decision.ts';
import type { logLevels } from '../core/log.ts';
import { topic } from '../core/peer.ts';
import type { Outage } from '../core/ports.ts';
import type { Problem } from '../files/problem.ts';
import type { LimitsDesk } from '../http/admin-limits.ts';
import type { ServingStatus } from '../http/admin-status.ts';
import type { RolloutCounts } from '../pipeline/rollout-tally.ts';
import type { MetricsReport } from '../telemetry/metrics.ts';
import type { SentPolicies } from './sent-policies.ts';

export type Level = (typeof logLevels)[number];

/** All that a worker needs to begin. */
export interface Setup {
  /** See `config/sent-config.ts`. */
  readonly config: unknown;
  /** How many workers there are. */
  readonly workers: number;
  readonly policies: SentPolicies;
  /** Those that still stand. */
  readonly revocations: readonly RevocationRecord[];
  readonly level: Level;
}

/** Why a worker could not start, with what a sentence about a port needs. */
export interface StartFailure {
  readonly message: string;
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}

/** A candidate that a worker cannot use, though the primary could. */
export interface UnfitCandidate {
  readonly revision: string;
  readonly problems: readonly Problem[];
}

/** Asked by a worker. */
export const beginWork = topic<null, Setup>('begin');
export const nowListening = topic<string, true>('listening');
/** The primary answers when nobody has that candidate any more. */
export const candidateUnfit = topic<UnfitCandidate, true>('candidate-unfit');
export const startFailed = topic<StartFailure, true>('start-failed');

/** Asked by the primary. Policies are prepared by all workers before one of them applies them. */
export const preparePolicies = topic<SentPolicies, readonly Problem[]>('policies-prepare');
export const applyPolicies = topic<null, boolean>('policies-apply');
export const askHealth = topic<null, ServingStatus['health']>('health');
export const askStatus = topic<null, ServingStatus>('status');
/** `null`: no candidate is staged there. */
export const askRollout = topic<null, RolloutCounts | null>('rollout');
export const askMetrics = topic<null, MetricsReport>('metrics');
export const askDecisions = topic<
  { readonly wanted: Readonly<Record<string, string>>; readonly most: number },
  readonly Decision[]
>('decisions');
export const showLimits = topic<string, Awaited<ReturnType<LimitsDesk['show']>>>('limits-show');
export const clearLimits = topic<
  { readonly party: string; readonly limit: string | undefined },
  number | Outage
>('limits-clear');
/** `order`: the one worker that tells other replicas too; the others only take note. */
export const revokeTokens = topic<
  { readonly record: RevocationRecord; readonly order: boolean },
  RevocationReport
>('tokens-revoke');
/** Reads the certificates of the listener again, as on SIGHUP. */
export const renewCertificates = topic<null, true>('certificates-renew');
export const setLevel = topic<Level, true>('log-level');
/** The question: milliseconds to serve on before it ends. */
export const stopWorker = topic<number, true>('stop');
