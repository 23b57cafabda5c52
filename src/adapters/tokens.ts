import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type {
  ClockPort,
  Outage,
  TokenAnswer,
  TokenAsker,
  TokensPort,
  TokenUnavailable,
} from '../core/ports.ts';
import type { CircuitOptions } from './circuit.ts';
import { createFailedValidations, type FailureLimitOptions } from './failed-validations.ts';
import { createGrace, type GraceOptions } from './grace.ts';
import type { RevocationFeed } from './revocation-feed.ts';
import { type Revocation, type RevocationRecord, Revocations } from './revocations.ts';
import type { SharedTokenCache } from './shared-token-cache.ts';
import { type CachedToken, TokenCache, type TokenCacheOptions, tokenCacheDefaults } from './token-cache.ts';
import { createTokenLookups, type IdentityHealth } from './token-lookups.ts';
import { tokenMeters } from './token-meters.ts';
import { isPlausibleToken, type TokenSource, tokenHash } from './token-source.ts';
import { untilAborted } from './until-aborted.ts';

export interface TokensOptions {
  readonly source: TokenSource;
  readonly clock: ClockPort;
  readonly meters: Meters;
  readonly log: Log;
  /** Where a caller gets a token: the public address of the identity service. */
  readonly challengeUri: string;
  readonly cache?: TokenCacheOptions | undefined;
  readonly circuit?: CircuitOptions | undefined;
  /** None when left out. */
  readonly grace?: GraceOptions | undefined;
  /** No limit when left out. */
  readonly failureLimit?: FailureLimitOptions | undefined;
  /** What other replicas know; none when left out. */
  readonly shared?: SharedTokenCache | undefined;
  /** How other replicas are told of revocations; they are not when left out. */
  readonly openFeed?: ((onRecord: (record: RevocationRecord) => void) => RevocationFeed) | undefined;
  /** Milliseconds for one look-up, retries and the gateway's own sign-in included; 3000 when left out. */
  readonly deadlineMs?: number | undefined;
  readonly random?: (() => number) | undefined;
}

export interface Tokens extends TokensPort {
  health(): IdentityHealth;
  /** Makes tokens void from now on, here at once and on other replicas within a second. */
  revoke(revocation: Revocation): Promise<RevocationReport>;
  /** Takes note of a revocation that another process of this gateway was told. @returns how many cached tokens it hit */
  take(record: RevocationRecord): number;
  close(): void;
}

export interface RevocationReport {
  /** How many cached tokens it hit in this process. */
  readonly dropped: number;
  /** Whether other replicas are being told; `undefined`: there is no store that they share. */
  readonly shared: boolean | undefined;
}

const invalid: TokenAnswer = Object.freeze({ kind: 'invalid' });

/** The tokens port: an identity service behind a cache, a circuit, limits and revocations. */
export const createTokens = (options: TokensOptions): Tokens => {
  const { source, clock, log, shared } = options;
  const cache = new TokenCache(options.cache ?? tokenCacheDefaults, options.random ?? Math.random);
  const revocations = new Revocations(clock);
  const failures = createFailedValidations(options.failureLimit, clock);
  const lookups = createTokenLookups({
    source,
    clock,
    log,
    circuit: options.circuit,
    deadlineMs: options.deadlineMs ?? 3000,
    learn: (hash, answer, askedAt) => learn(hash, answer, askedAt),
    meters: () => meters,
    elsewhere: shared && ((hash) => elsewhere(hash, shared)),
  });
  const meters = tokenMeters(options.meters, source.name, {
    entries: () => cache.size,
    circuit: () => lookups.health().circuit,
  });
  const grace = createGrace(options.grace, clock, log, meters.cache.grace);

  const learn = (hash: string, answer: TokenAnswer, askedAt: number): TokenAnswer => {
    if (answer.kind === 'unavailable') return answer;
    grace.restored();
    if (answer.kind === 'valid' && !revocations.isRevoked(hash, answer.identity, askedAt)) {
      const { identity } = answer;
      const entry = cache.keep(hash, identity, clock.now());
      shared?.put(hash, { identity, askedAt, freshUntil: entry.freshUntil });
      return entry.answer;
    }
    cache.keepInvalid(hash, clock.now());
    return invalid;
  };

  /** Another replica's word counts as if we had asked when it did, and for no longer. */
  const elsewhere = async (hash: string, others: SharedTokenCache): Promise<TokenAnswer | undefined> => {
    const found = await others.get(hash);
    if (found === undefined || revocations.isRevoked(hash, found.identity, found.askedAt)) return undefined;
    meters.cache.shared.inc();
    return cache.keep(hash, found.identity, clock.now(), found.freshUntil).answer;
  };

  const unavailable = (
    reason: Outage,
    entry: CachedToken | undefined,
    retryAfterMs?: number,
  ): TokenUnavailable => ({
    kind: 'unavailable',
    reason,
    retryAfterMs,
    grace: grace.offer(entry),
  });

  /** What one asker gets of an answer that all share. */
  const forAsker = (answer: TokenAnswer, entry: CachedToken | undefined): TokenAnswer =>
    answer.kind === 'unavailable' ? unavailable(answer.reason, entry, answer.retryAfterMs) : answer;

  const start = (hash: string, token: string, asker: TokenAsker): Promise<TokenAnswer> | number => {
    const flight = lookups.start(hash, token);
    if (typeof flight === 'number') return flight;
    meters.cache.miss.inc();
    const { clientAddress } = asker;
    return flight.then((answer) => {
      if (answer.kind === 'invalid') failures.failed(clientAddress);
      return answer;
    });
  };

  const ask = (
    hash: string,
    token: string,
    asker: TokenAsker,
    entry: CachedToken | undefined,
  ): TokenAnswer | Promise<TokenAnswer> => {
    // One request's failed look-up counts once, and waits for an outage once. What was valid stands in the cache, or is void by now.
    const known = asker.knownToken;
    if (known?.token === token && known.answer.kind !== 'valid') return known.answer;
    const shared = lookups.underWay(hash);
    const blockedMs = shared === undefined ? failures.blocked(asker.clientAddress) : undefined;
    if (blockedMs !== undefined) {
      meters.cache.limited.inc();
      return { kind: 'limited', retryAfterMs: blockedMs };
    }
    if (shared !== undefined) meters.cache.coalesced.inc();
    const flight = shared ?? start(hash, token, asker);
    if (typeof flight === 'number') {
      meters.cache.refused.inc();
      return unavailable('circuit-open', entry, flight);
    }
    const answer = flight.then((found) => forAsker(found, entry));
    return untilAborted(answer, asker.signal, unavailable('timeout', undefined));
  };

  /** @returns how many cached tokens it hit */
  const revoked = (record: RevocationRecord): number => {
    if ('tokenHash' in record) {
      revocations.add(record, cache.get(record.tokenHash)?.identity);
      shared?.drop(record.tokenHash);
    } else revocations.add(record);
    return cache.drop((hash, identity) => revocations.isRevoked(hash, identity, record.at));
  };
  const feed = options.openFeed?.(revoked);

  return {
    challengeUri: options.challengeUri,
    validate(token, asker) {
      const hash = tokenHash(token);
      const now = clock.now();
      const entry = cache.get(hash);
      if (entry !== undefined) {
        if (now < entry.freshUntil) {
          meters.cache.hit.inc();
          return entry.answer;
        }
        if (now >= entry.identity.expiresAt) {
          meters.cache.expired.inc();
          cache.keepInvalid(hash, now);
          return invalid;
        }
      }
      if (cache.isInvalid(hash, now) || revocations.hasToken(hash)) {
        meters.cache.negative.inc();
        return invalid;
      }
      return isPlausibleToken(token) ? ask(hash, token, asker, entry) : invalid;
    },
    health: () => ({ source: source.name, cachedTokens: cache.size, ...lookups.health() }),
    async revoke(revocation) {
      const by = 'tokenHash' in revocation ? 'token' : 'userId' in revocation ? 'user' : 'project';
      const record = { ...revocation, at: clock.now() };
      const dropped = revoked(record);
      const told = await feed?.publish(record);
      meters.revoked(by);
      log.info(
        { kind: 'audit', event: 'tokens-revoked', images_gateway: { ...record, dropped, shared: told } },
        'Tokens were revoked.',
      );
      return { dropped, shared: told };
    },
    take: revoked,
    close: () => feed?.close(),
  };
};
