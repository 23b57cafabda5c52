import { createMemoryLimits } from './adapters/limits-memory.ts';
import { createRedisLimits } from './adapters/limits-redis.ts';
import { createRedis, type Redis } from './adapters/redis-client.ts';
import { type RedisAddress, redisAddress } from './adapters/redis-place.ts';
import type { GatewayConfig } from './config/schema.ts';
import type { Log } from './core/log.ts';
import type { Meters } from './core/meters.ts';
import type { LimitsPort } from './core/ports.ts';

type Limits = GatewayConfig['limits'];
type RedisLimits = Exclude<Limits, { store: 'memory' }>;

export interface ComposedLimits {
  readonly limits: LimitsPort;
  /** The shared memory of all gateways, where there is one. */
  readonly redis: Redis | undefined;
  close(): Promise<void>;
}

/** The limits port that `limits:` describes. */
export const composeLimits = (
  config: Limits,
  outside: { readonly meters: Meters; readonly log: Log },
): ComposedLimits => {
  if (config.store === 'memory')
    return { limits: createMemoryLimits(), redis: undefined, close: async () => {} };
  const redis = createRedis({ ...addressOf(config), budgetMs: config.budgetMs, ...outside });
  return {
    limits: createRedisLimits({ redis, ...config, ...outside }),
    redis,
    close: async () => redis.close(),
  };
};

const addressOf = (config: RedisLimits): RedisAddress => {
  const { username, password, tls } = config;
  const login = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
  const own = { ...login, ...(tls !== undefined && { tls }) };
  switch (config.store) {
    case 'redis':
      return { ...redisAddress(config.url.reveal()), ...own };
    case 'redis-sentinel': {
      const { name, nodes, database, sentinelUsername, sentinelPassword } = config;
      return {
        ...own,
        place: { kind: 'sentinel', name, nodes },
        database,
        sentinelLogin: { username: sentinelUsername, password: sentinelPassword },
      };
    }
    case 'redis-cluster':
      return { ...own, place: { kind: 'cluster', nodes: config.nodes } };
  }
};
