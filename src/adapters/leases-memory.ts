import type { Lease, LeasesPort } from '../core/ports.ts';

/**
 * One holder at a time per name within this process. Nothing can be left locked: a holder that dies takes the
 * memory with it.
 */
export const createMemoryLeases = (): LeasesPort => {
  /** The last in the queue of each name; settles when its turn is over. */
  const tails = new Map<string, Promise<void>>();

  return {
    async acquire(name, waitMs, signal): Promise<Lease> {
      const before = tails.get(name);
      const turn = Promise.withResolvers<void>();
      const tail = before === undefined ? turn.promise : before.then(() => turn.promise);
      tails.set(name, tail);
      // The tail of one that gave up still waits for the present holder, so that the next in the queue does too.
      tail.then(() => tails.get(name) === tail && tails.delete(name));
      if (before !== undefined && !(await inTime(before, waitMs, signal))) {
        turn.resolve();
        return { kind: 'busy' };
      }
      return { kind: 'held', release: async () => turn.resolve() };
    },
  };
};

/** Waits for a turn, but no longer than the caller does. */
const inTime = (turn: Promise<void>, waitMs: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const finish = (arrived: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(arrived);
    };
    const stop = () => finish(false);
    const timer = setTimeout(stop, waitMs);
    signal.addEventListener('abort', stop, { once: true });
    turn.then(() => finish(true), stop);
  });
