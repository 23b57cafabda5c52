import { createHash } from 'node:crypto';

/** A Lua script, sent by its hash. */
export interface RedisScript {
  readonly lua: string;
  readonly sha1: string;
}

/** Redis names scripts by their SHA-1 (`EVALSHA`); nothing is kept secret by it. */
export const redisScript = (lua: string): RedisScript => ({
  lua,
  sha1: createHash('sha1').update(lua).digest('hex'),
});
