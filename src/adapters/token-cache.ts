import type { Identity } from '../core/identity.ts';
import type { TokenAnswer } from '../core/ports.ts';
import { createLru, type LRUCache } from './lru.ts';

export interface TokenCacheOptions {
  /** Seconds that a validated token is believed, varied by a tenth, so that tokens seen together are not asked together. */
  readonly seconds: number;
  /** Seconds that an invalid token stays invalid without asking. */
  readonly negativeSeconds: number;
  /** Most tokens kept, valid and invalid each. */
  readonly entries: number;
}

export const tokenCacheDefaults: TokenCacheOptions = { seconds: 300, negativeSeconds: 5, entries: 10_000 };

export interface CachedToken {
  readonly identity: Identity;
  /** Ready to be given out. */
  readonly answer: Extract<TokenAnswer, { kind: 'valid' }>;
  /** Milliseconds since the epoch; never later than the token's own end. */
  readonly freshUntil: number;
}

/** Validated and refused tokens by hash. It only remembers; what time it is, its user says. */
export class TokenCache {
  readonly #valid: LRUCache<string, CachedToken>;
  readonly #invalid: LRUCache<string, number>;
  readonly #options: TokenCacheOptions;
  readonly #random: () => number;

  constructor(options: TokenCacheOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
    this.#valid = createLru(options.entries);
    this.#invalid = createLru(options.entries);
  }

  /** An entry stays beyond `freshUntil`, for a grace time and so that an expired token is known as such. */
  get(hash: string): CachedToken | undefined {
    return this.#valid.get(hash);
  }

  isInvalid(hash: string, now: number): boolean {
    const until = this.#invalid.get(hash);
    return until !== undefined && now < until;
  }

  /** @param latest the entry is not fresh for longer than until then, where another replica asked for it */
  keep(hash: string, identity: Identity, now: number, latest = identity.expiresAt): CachedToken {
    const life = this.#options.seconds * 1000 * (0.9 + 0.2 * this.#random());
    const freshUntil = Math.min(now + life, identity.expiresAt, latest);
    const entry = { identity, answer: { kind: 'valid', identity } as const, freshUntil };
    this.#valid.set(hash, entry);
    this.#invalid.delete(hash);
    return entry;
  }

  keepInvalid(hash: string, now: number): void {
    this.#valid.delete(hash);
    this.#invalid.set(hash, now + this.#options.negativeSeconds * 1000);
  }

  /** Forgets all valid tokens that match, and tells how many. */
  drop(matches: (hash: string, identity: Identity) => boolean): number {
    let dropped = 0;
    for (const [hash, entry] of this.#valid.entries()) {
      if (matches(hash, entry.identity) && this.#valid.delete(hash)) dropped++;
    }
    return dropped;
  }

  get size(): number {
    return this.#valid.size;
  }
}
