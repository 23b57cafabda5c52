import type { Peer } from '../core/peer.ts';
import type { LeasesPort } from '../core/ports.ts';
import { acquireLease, releaseLease } from './leases-channel.ts';
import { untilAborted } from './until-aborted.ts';

/** Milliseconds beyond the caller's patience for the way to the primary and back. */
const wayMs = 1000;
/** A release is not given up, or a name would stay locked: the primary takes it when it can. */
const releaseMs = 3_600_000;

/**
 * Leases of one worker of several on a machine: one holder at a time per name over all of them. The primary frees
 * what a worker held that has ended.
 */
export const createWorkerLeases = (primary: Peer): LeasesPort => {
  let last = 0;
  return {
    async acquire(name, waitMs, signal) {
      last += 1;
      const ticket = last;
      const answer = primary.ask(acquireLease, { ticket, name, waitMs }, waitMs + wayMs);
      const held = await untilAborted(answer, signal, false);
      if (held === true) {
        return {
          kind: 'held',
          release: async () => void (await primary.ask(releaseLease, ticket, releaseMs)),
        };
      }
      // It may be granted while this word is on its way, and must be given back then.
      void primary.ask(releaseLease, ticket, releaseMs);
      return { kind: held === undefined ? 'unavailable' : 'busy' };
    },
  };
};
