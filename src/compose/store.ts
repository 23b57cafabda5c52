import { createMemoryLeases } from '../adapters/leases-memory.ts';
import { createRedisLeases } from '../adapters/leases-redis.ts';
import { createMemoryLimits } from '../adapters/limits-memory.ts';
import { type MeteredLimits, meteredLimits } from '../adapters/limits-metered.ts';
import { createRedisLimits } from '../adapters/limits-redis.ts';
import type { Redis } from '../adapters/redis-client.ts';
import { type RedisAddress, redisAddress } from '../adapters/redis-place.ts';
import { createMemoryResizes } from '../adapters/resizes-memory.ts';
import { createRedisResizes } from '../adapters/resizes-redis.ts';
import type { GatewayConfig } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort, Ports } from '../core/ports.ts';
import { originTls } from './origin-tls.ts';

type Shared = Exclude<GatewayConfig['limits'], { store: 'memory' }>;

export interface Store {
  readonly ports: Pick<Ports, 'leases' | 'resizes'> & { readonly limits: MeteredLimits };
  /** `undefined`: everything is in this process. */
  readonly redis: Redis | undefined;
  close(): Promise<void>;
}

/**
 * What replicas share: counters of limits, leases and the memory of resizes; in this process, or in Redis. Waits for
 * the first attempt to connect, so that the first requests after a start are judged like all others.
 */
export const composeStore = async (
  config: GatewayConfig,
  { clock, meters, log }: { readonly clock: ClockPort; readonly meters: Meters; readonly log: Log },
): Promise<Store> => {
  const { limits, resizes } = config;
  if (limits.store === 'memory') {
    const ports = {
      limits: meteredLimits(createMemoryLimits(), meters),
      leases: createMemoryLeases(),
      resizes: createMemoryResizes(clock, resizes.rememberMs),
    };
    return { ports, redis: undefined, close: async () => undefined };
  }
  // Loaded only by those who use it: the library takes a tenth of a start.
  const { createRedis } = await import('../adapters/redis-client.ts');
  const redis = createRedis({ ...addressOf(limits), budgetMs: limits.budgetMs, log, meters });
  await redis.started;
  const { prefix } = limits;
  return {
    redis,
    ports: {
      limits: meteredLimits(createRedisLimits({ redis, ...limits, log, meters }), meters),
      leases: createRedisLeases({ redis, log, keyPrefix: `${prefix}:lease:` }),
      resizes: createRedisResizes({
        redis,
        clock,
        rememberMs: resizes.rememberMs,
        keyPrefix: `${prefix}:resizes:`,
      }),
    },
    close: async () => redis.close(),
  };
};

const addressOf = (limits: Shared): RedisAddress => {
  const { username, password } = limits;
  const tls = originTls(limits.tls);
  switch (limits.store) {
    case 'redis': {
      const address = redisAddress(limits.url.reveal());
      return { ...address, ...defined({ username, password, tls: tls ?? address.tls }) };
    }
    case 'redis-sentinel':
      return {
        place: { kind: 'sentinel', name: limits.name, nodes: limits.nodes },
        sentinelLogin: { username: limits.sentinelUsername, password: limits.sentinelPassword },
        ...defined({ username, password, tls, database: limits.database }),
      };
    case 'redis-cluster':
      return { place: { kind: 'cluster', nodes: limits.nodes }, ...defined({ username, password, tls }) };
  }
};

/** The members that are there: what is left out of the settings must not hide what the address says. */
const defined = <T extends object>(members: T): Partial<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
