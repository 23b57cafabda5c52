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
import { type CircuitOptions, type CircuitState, circuitDefaults, createCircuit } from './circuit.ts';
import { TokenCache, type TokenCacheOptions, tokenCacheDefaults } from './token-cache.ts';
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
  readonly cache?: TokenCacheOptions;
  readonly circuit?: CircuitOptions;
  /** Milliseconds for one look-up, retries and the gateway's own sign-in included. */
  readonly deadlineMs?: number;
  readonly random?: () => number;
}

/** For `/readyz`: how the identity service is doing. It never makes the gateway unready. */
export interface IdentityHealth {
  readonly source: TokenSource['name'];
  readonly circuit: CircuitState;
  readonly cachedTokens: number;
  readonly lastOutage: { readonly reason: Outage; readonly at: number } | undefined;
}

export interface Tokens extends TokensPort {
  health(): IdentityHealth;
}

const unclear: ReadonlySet<Outage> = new Set(['malformed', 'bounds']);
const invalid: TokenAnswer = Object.freeze({ kind: 'invalid' });

/** The tokens port: a source behind a cache, one look-up at a time per token, and a circuit. */
export const createTokens = (options: TokensOptions): Tokens => {
  const { source, clock, log } = options;
  const deadlineMs = options.deadlineMs ?? 3000;
  const cache = new TokenCache(options.cache ?? tokenCacheDefaults, options.random ?? Math.random);
  const flights = new Map<string, Promise<TokenAnswer>>();
  let lastOutage: IdentityHealth['lastOutage'];
  const circuit = createCircuit(
    clock,
    (state) => {
      if (state === 'open')
        log.warn(
          { source: source.name, ...lastOutage },
          'The identity service is not asked for a while: it failed repeatedly.',
        );
      if (state === 'closed') log.info({ source: source.name }, 'The identity service answers again.');
    },
    options.circuit ?? circuitDefaults,
  );
  const meters = tokenMeters(options.meters, source.name, {
    entries: () => cache.size,
    circuit: circuit.state,
  });

  const learn = (hash: string, answer: TokenAnswer): TokenAnswer => {
    if (answer.kind === 'unavailable') {
      // An answer that cannot be understood came quickly, and may be due to the very token that a caller chose.
      if (!unclear.has(answer.reason) || circuit.state() === 'half-open') circuit.failed(answer.retryAfterMs);
      return answer;
    }
    circuit.succeeded();
    if (answer.kind === 'valid') return cache.keep(hash, answer.identity, clock.now()).answer;
    cache.keepInvalid(hash, clock.now());
    return answer;
  };

  const lookup = async (hash: string, token: string): Promise<TokenAnswer> => {
    const started = performance.now();
    const answer = await source.lookup(token, AbortSignal.timeout(deadlineMs)).catch((bug: unknown) => {
      // A probe must come to an end, or the circuit would wait for it for ever.
      circuit.failed();
      throw bug;
    });
    meters.duration.observe((performance.now() - started) / 1000);
    if (answer.kind !== 'limited') meters.lookups[answer.kind].inc();
    if (answer.kind === 'unavailable') {
      lastOutage = { reason: answer.reason, at: clock.now() };
      meters.outage(answer.reason);
    }
    return learn(hash, answer);
  };

  const unavailable = (reason: Outage, retryAfterMs?: number): TokenUnavailable => ({
    kind: 'unavailable',
    reason,
    retryAfterMs,
  });

  const ask = (hash: string, token: string, asker: TokenAsker): TokenAnswer | Promise<TokenAnswer> => {
    let flight = flights.get(hash);
    if (flight === undefined) {
      const wait = circuit.enter();
      if (wait !== undefined) {
        meters.cache.refused.inc();
        return unavailable('circuit-open', wait);
      }
      meters.cache.miss.inc();
      flight = lookup(hash, token).finally(() => flights.delete(hash));
      flights.set(hash, flight);
    } else {
      meters.cache.coalesced.inc();
    }
    return untilAborted(flight, asker.signal, unavailable('timeout'));
  };

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
      if (cache.isInvalid(hash, now)) {
        meters.cache.negative.inc();
        return invalid;
      }
      return isPlausibleToken(token) ? ask(hash, token, asker) : invalid;
    },
    health: () => ({ source: source.name, circuit: circuit.state(), cachedTokens: cache.size, lastOutage }),
  };
};
