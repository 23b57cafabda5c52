import { isObject } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { Redis } from './redis-client.ts';
import { redisScript } from './redis-script.ts';
import { type Revocation, type RevocationRecord, revocationLifeMs } from './revocations.ts';

/** Tells revocations to all replicas, those that start later too. */
export interface RevocationFeed {
  /** @returns whether the store took it; if not, only this replica knows */
  publish(record: RevocationRecord): Promise<boolean>;
  close(): void;
}

export interface RevocationFeedOptions {
  readonly redis: Redis;
  readonly log: Log;
  /** Called for each record once, this replica's own included. */
  readonly onRecord: (record: RevocationRecord) => void;
  readonly key?: string;
  /** Milliseconds between two looks. */
  readonly pollMs?: number;
}

/**
 * One stream; each replica reads on from where it was. Published messages would be lost while a connection is away,
 * and a revocation must not be, so the stream is looked at twice a second: one command that is nearly always empty.
 */
const publishScript = redisScript(`
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', 10000, '*', 'r', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return id`);
const readScript = redisScript(`return redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', 1000)`);

export const createRevocationFeed = (options: RevocationFeedOptions): RevocationFeed => {
  const { redis, log, onRecord, key = 'images-gateway:revocations', pollMs = 500 } = options;
  let last = '-';

  /** @returns whether there may be more */
  const readOn = async (): Promise<boolean> => {
    const answer = await redis.run(readScript, [key], [last]);
    if (answer.kind === 'unavailable' || !Array.isArray(answer.value)) return false;
    // The range begins with the record that was read last.
    const fresh = (answer.value as [string, string[]][]).filter(([id]) => id !== last);
    for (const [id, [, text]] of fresh) {
      last = id;
      const record = readRecord(text);
      if (record === undefined)
        log.warn({ key, id }, 'A revocation in Redis cannot be read; it was left out.');
      else onRecord(record);
    }
    return fresh.length >= 999;
  };

  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const look = async (): Promise<void> => {
    while (await readOn()) if (closed) return;
    if (!closed) timer = setTimeout(() => void look(), pollMs).unref();
  };
  void look();

  return {
    async publish(record) {
      const answer = await redis.run(publishScript, [key], [JSON.stringify(record), revocationLifeMs]);
      return answer.kind === 'answered';
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
};

/** What stands in a shared store was written by some version of us, or by somebody else. */
const readRecord = (text: string | undefined): RevocationRecord | undefined => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (!isObject(value) || typeof value['at'] !== 'number') return undefined;
    const revocation = readRevocation(value);
    return revocation === undefined ? undefined : { ...revocation, at: value['at'] };
  } catch {
    return undefined;
  }
};

/** A revocation as an operator sends it: exactly one of its three forms; `undefined` for anything else. */
export const readRevocation = (value: Record<string, unknown>): Revocation | undefined => {
  const { tokenHash, userId, projectId } = value;
  const given = [tokenHash, userId, projectId].filter((part) => part !== undefined);
  if (given.length !== 1 || typeof given[0] !== 'string' || given[0] === '') return undefined;
  if (typeof userId === 'string') return { userId };
  if (typeof projectId === 'string') return { projectId };
  return /^[0-9a-f]{64}$/.test(String(tokenHash)) ? { tokenHash: String(tokenHash) } : undefined;
};
