import type { Peer } from '../core/peer.ts';
import type { Lease, LeasesPort } from '../core/ports.ts';
import { acquireLease, releaseLease } from './leases-channel.ts';

interface Wish {
  readonly gone: AbortController;
  readonly lease: Promise<Lease>;
}

/**
 * Keeps the leases of one worker, in the same queues for all workers.
 * @returns called when the worker has ended: what it held is free again
 */
export const serveLeases = (worker: Peer, leases: LeasesPort): (() => void) => {
  const wishes = new Map<number, Wish>();

  const end = (ticket: number): void => {
    const wish = wishes.get(ticket);
    if (wish === undefined) return;
    wishes.delete(ticket);
    wish.gone.abort();
    void wish.lease.then((lease) => (lease.kind === 'held' ? lease.release() : undefined));
  };

  worker.answer(acquireLease, async ({ ticket, name, waitMs }) => {
    const gone = new AbortController();
    const lease = leases.acquire(name, waitMs, gone.signal);
    wishes.set(ticket, { gone, lease });
    const held = (await lease).kind === 'held';
    if (!held) wishes.delete(ticket);
    return held;
  });
  worker.answer(releaseLease, (ticket) => {
    end(ticket);
    return true;
  });
  return () => {
    for (const ticket of [...wishes.keys()]) end(ticket);
  };
};
