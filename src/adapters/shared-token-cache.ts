import type { Identity } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import type { Redis } from './redis-client.ts';
import { sharedRoles } from './shared-parts.ts';
import { createTokenSeal } from './token-seal.ts';

/** A validated token that another replica has put down. Times in milliseconds since the epoch. */
export interface SharedToken {
  readonly identity: Identity;
  readonly askedAt: number;
  readonly freshUntil: number;
}

/** Validated tokens that replicas tell each other of, so that each is asked for once in all. */
export interface SharedTokenCache {
  /** Never rejects; a store that does not answer has nothing. */
  get(hash: string): Promise<SharedToken | undefined>;
  put(hash: string, token: SharedToken): void;
  drop(hash: string): void;
}

export interface SharedTokenCacheOptions {
  readonly redis: Redis;
  /** From a secret file, the same on all replicas. */
  readonly key: Secret;
  readonly clock: ClockPort;
  readonly meters: Meters;
  readonly log: Log;
  readonly keyPrefix?: string;
}

/** Told apart, so that a later release can change the form without misreading the earlier one's. */
const form = 1;

export const createSharedTokenCache = (options: SharedTokenCacheOptions): SharedTokenCache => {
  const { redis, clock, log, keyPrefix = 'images-gateway:token:' } = options;
  const seal = createTokenSeal(options.key);
  const forged = options.meters
    .counter({
      name: 'images_gateway_identity_shared_forged_total',
      help: 'Entries of the shared token cache that were not sealed with our key, or were changed: refused.',
      labels: [],
    })
    .at({});

  const refuse = (key: string): undefined => {
    forged.inc();
    log.error(
      { redis: 'token cache' },
      'An entry of the shared token cache was changed or is not ours. It was refused and removed; find out who writes to Redis.',
    );
    void redis.del(key);
  };

  return {
    async get(hash) {
      const key = keyPrefix + seal.name(hash);
      const answer = await redis.get(key);
      if (answer.kind === 'unavailable' || answer.value === null) return undefined;
      const text = seal.open(key, answer.value);
      if (text === undefined) return refuse(key);
      const { version, ...token } = JSON.parse(text) as SharedToken & { readonly version: number };
      if (version !== form || clock.now() >= token.freshUntil) return undefined;
      const { identity } = token;
      return { ...token, identity: Object.freeze({ ...identity, roles: sharedRoles(identity.roles) }) };
    },
    put(hash, token) {
      const life = token.freshUntil - clock.now();
      if (life <= 0) return;
      const key = keyPrefix + seal.name(hash);
      void redis.set(key, seal.seal(key, JSON.stringify({ version: form, ...token })), Math.ceil(life));
    },
    drop(hash) {
      void redis.del(keyPrefix + seal.name(hash));
    },
  };
};
