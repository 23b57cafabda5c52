/** What the workers of one machine and their primary say to each other about leases. The primary keeps the queues. */
import { topic } from '../core/peer.ts';

export interface LeaseWanted {
  /** Chosen by the worker; names this wish, and then this lease. */
  readonly ticket: number;
  readonly name: string;
  readonly waitMs: number;
}

export const acquireLease = topic<LeaseWanted, boolean>('lease-acquire');

/** Ends a lease, or the wish for one. The question is its ticket. */
export const releaseLease = topic<number, true>('lease-release');
