import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../core/log.ts';
import type { Lease, LeasesPort } from '../core/ports.ts';
import { createMemoryLeases } from './leases-memory.ts';
import type { Redis } from './redis-client.ts';
import { redisScript } from './redis-script.ts';

/** Only the holder may end or prolong a lease: the value is the holder's own. */
const releaseScript = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`);
const renewScript = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`);

/** Milliseconds between two looks at a lease that another replica holds. */
const pollMs = 25;

export interface RedisLeasesOptions {
  readonly redis: Redis;
  readonly log: Log;
  /** Milliseconds after which the lease of a dead holder ends; a living one renews it every third of that. */
  readonly ttlMs?: number;
  readonly keyPrefix?: string;
}

/**
 * One holder at a time per name across all replicas. Requests of this replica queue in memory first, so that only the
 * first of them asks Redis. A lease ends by itself, so a replica that dies locks nobody out for longer than `ttlMs`.
 */
export const createRedisLeases = ({
  redis,
  log,
  ttlMs = 10_000,
  keyPrefix = 'images-gateway:lease:',
}: RedisLeasesOptions): LeasesPort => {
  const local = createMemoryLeases();

  const take = async (
    key: string,
    holder: string,
    until: number,
    signal: AbortSignal,
  ): Promise<Lease['kind']> => {
    for (;;) {
      const taken = await redis.set(key, holder, ttlMs, true);
      if (taken.kind === 'unavailable') return 'unavailable';
      if (taken.value) return 'held';
      if (signal.aborted || performance.now() + pollMs > until) return 'busy';
      await pause(pollMs);
    }
  };

  const keep = (key: string, holder: string): NodeJS.Timeout =>
    setInterval(() => {
      void redis.run(renewScript, [key], [holder, ttlMs]).then((answer) => {
        if (answer.kind === 'answered' && answer.value !== 1) {
          log.warn(
            { lease: key },
            'a lease ended before its request did; writes of this image may not be in order',
          );
        }
      });
    }, ttlMs / 3).unref();

  return {
    async acquire(name, waitMs, signal) {
      const until = performance.now() + waitMs;
      const first = await local.acquire(name, waitMs, signal);
      if (first.kind !== 'held') return first;
      const key = `${keyPrefix}${name}`;
      const holder = randomUUID();
      const taken = await take(key, holder, until, signal);
      if (taken !== 'held') {
        // A SET whose answer was late may have been carried out all the same.
        if (taken === 'unavailable') void redis.run(releaseScript, [key], [holder]);
        await first.release();
        return { kind: taken };
      }
      const renewal = keep(key, holder);
      return {
        kind: 'held',
        async release() {
          clearInterval(renewal);
          await redis.run(releaseScript, [key], [holder]);
          await first.release();
        },
      };
    },
  };
};
