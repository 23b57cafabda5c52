import type { TestContext } from 'node:test';
import { createRedis } from '../../src/adapters/redis-client.ts';
import { createRevocationFeed } from '../../src/adapters/revocation-feed.ts';
import { createSharedTokenCache } from '../../src/adapters/shared-token-cache.ts';
import { Secret } from '../../src/core/secret.ts';
import { recordingLog, recordingMeters } from './recording.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { asker, handClock, type ScriptedSource, tokensOver } from './tokens.ts';

/** A Redis that ends with the test. */
export const redisOf = async (t: TestContext): Promise<TestRedis> => {
  const redis = await startRedis();
  t.after(() => redis.close());
  return redis;
};
/** What replicas are asked about unless a test says otherwise. */
export const token = 'gAAAAAB-not-really-but-long-enough-to-search';

/** One of several gateways that share a Redis; without a key it shares revocations only. */
export const replica = async (
  t: TestContext,
  { host, port }: TestRedis,
  source: ScriptedSource,
  key: string | undefined,
  clock = handClock(),
) => {
  const log = recordingLog();
  const meters = recordingMeters();
  const redis = createRedis({ place: { kind: 'single', host, port }, log, meters, budgetMs: 500 });
  await redis.started;
  const made = tokensOver(source, {
    clock,
    meters,
    log,
    shared:
      key === undefined
        ? undefined
        : createSharedTokenCache({ redis, key: new Secret(key), clock, meters, log }),
    openFeed: (onRecord) => createRevocationFeed({ redis, log, onRecord, pollMs: 20 }),
  });
  t.after(() => {
    made.tokens.close();
    redis.close();
  });
  const kind = async (sent = token) => (await made.tokens.validate(sent, asker())).kind;
  return { tokens: made.tokens, clock, log, meters, redis, kind };
};

export const key = 'a secret of thirty-two bytes or more';
/** Names of the entries of the shared token cache. */
export const entries = async (redis: TestRedis): Promise<string[]> =>
  (await redis.cli('KEYS', 'images-gateway:token:*')).split('\n').filter((line) => line !== '');
