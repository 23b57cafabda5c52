/** Limits over a Redis, as one gateway has them. */

import type { WhenStoreDown } from '../../src/adapters/limits-local-share.ts';
import { createRedisLimits } from '../../src/adapters/limits-redis.ts';
import type { LimitsStore } from '../../src/adapters/limits-store.ts';
import { createRedis, type Redis } from '../../src/adapters/redis-client.ts';
import type { RedisPlace } from '../../src/adapters/redis-place.ts';
import { type RecordingLog, type RecordingMeters, recordingLog, recordingMeters } from './recording.ts';

export interface LimitClient {
  readonly limits: LimitsStore;
  readonly redis: Redis;
  readonly log: RecordingLog;
  readonly meters: RecordingMeters;
}

export interface LimitClientOptions {
  readonly whenDown?: WhenStoreDown;
  readonly replicas?: number;
  /** Milliseconds; a test that is about counting gives more than a busy machine needs. */
  readonly budgetMs?: number;
}

export const limitClient = (
  place: RedisPlace,
  { whenDown = 'local-share', replicas = 1, budgetMs = 50 }: LimitClientOptions = {},
): LimitClient => {
  const log = recordingLog();
  const meters = recordingMeters();
  const redis = createRedis({ place, budgetMs, log, meters });
  return { limits: createRedisLimits({ redis, whenDown, replicas, log, meters }), redis, log, meters };
};
