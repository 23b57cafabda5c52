import { isObject } from '../core/json.ts';
import type { ClockPort, ResizesPort, SeenResize } from '../core/ports.ts';
import type { Redis, RedisAnswer } from './redis-client.ts';
import { redisScript } from './redis-script.ts';

/** The memory of one image is one hash, server id to resize, which expires when its last resize does. */
const rememberScript = redisScript(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])`);
const forgetScript = redisScript(`return redis.call('HDEL', KEYS[1], ARGV[1])`);
const allScript = redisScript(`return redis.call('HVALS', KEYS[1])`);

export interface RedisResizesOptions {
  readonly redis: Redis;
  readonly clock: ClockPort;
  /** Milliseconds after which a resize counts no longer. */
  readonly rememberMs: number;
  readonly keyPrefix?: string;
}

/** The resizes that passed through any replica. Where a server's resize stands is kept apart, for the confirmation names only the server. */
export const createRedisResizes = (options: RedisResizesOptions): ResizesPort => {
  const { redis, clock, rememberMs, keyPrefix = 'images-gateway:resizes:' } = options;

  const placeOf = ({ imageId, projectId }: Pick<SeenResize, 'imageId' | 'projectId'>): string =>
    imageId === undefined ? `${keyPrefix}project:${projectId ?? ''}` : `${keyPrefix}image:${imageId}`;
  const indexOf = (serverId: string): string => `${keyPrefix}server:${serverId}`;

  const at = async (place: string): Promise<readonly SeenResize[] | undefined> => {
    const answer: RedisAnswer<unknown> = await redis.run(allScript, [place], []);
    if (answer.kind === 'unavailable' || !Array.isArray(answer.value)) return undefined;
    const resizes = answer.value.map(readResize);
    if (resizes.some((resize) => resize === undefined)) return undefined;
    return resizes.filter(
      (resize) => resize !== undefined && clock.now() - resize.at < rememberMs,
    ) as SeenResize[];
  };

  return {
    async remember(resize) {
      const known = await redis.get(indexOf(resize.serverId));
      if (known.kind === 'unavailable') return undefined;
      const place = placeOf(resize);
      const written = await redis.run(
        rememberScript,
        [place],
        [resize.serverId, JSON.stringify(resize), rememberMs],
      );
      if (written.kind === 'unavailable') return undefined;
      const indexed = await redis.set(indexOf(resize.serverId), place, rememberMs);
      if (indexed.kind === 'unavailable') return undefined;
      return known.value === null ? 'new' : 'known';
    },
    async forget(serverId) {
      const place = await redis.get(indexOf(serverId));
      if (place.kind === 'unavailable' || place.value === null) return;
      await redis.run(forgetScript, [place.value], [serverId]);
      await redis.del(indexOf(serverId));
    },
    async ofImage(imageId, projectId) {
      const [ofImage, ofVolumes] = await Promise.all([
        at(placeOf({ imageId, projectId })),
        at(placeOf({ imageId: undefined, projectId })),
      ]);
      return ofImage === undefined || ofVolumes === undefined ? undefined : [...ofImage, ...ofVolumes];
    },
  };
};

/** What stands in a shared store was written by some version of us, or by somebody else. */
const readResize = (text: unknown): SeenResize | undefined => {
  try {
    const value: unknown = JSON.parse(String(text));
    if (!isObject(value)) return undefined;
    const { serverId, imageId, projectId, at } = value;
    if (typeof serverId !== 'string' || typeof at !== 'number') return undefined;
    return {
      serverId,
      imageId: typeof imageId === 'string' ? imageId : undefined,
      projectId: typeof projectId === 'string' ? projectId : undefined,
      at,
    };
  } catch {
    return undefined;
  }
};
