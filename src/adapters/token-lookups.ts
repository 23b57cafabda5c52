import type { Log } from '../core/log.ts';
import type { ClockPort, Outage, TokenAnswer } from '../core/ports.ts';
import { type CircuitOptions, type CircuitState, circuitDefaults, createCircuit } from './circuit.ts';
import type { TokenMeters } from './token-meters.ts';
import type { TokenSource } from './token-source.ts';

/** For `/readyz`: how the identity service is doing. It never makes the gateway unready. */
export interface IdentityHealth {
  readonly source: TokenSource['name'];
  readonly circuit: CircuitState;
  readonly cachedTokens: number;
  readonly lastOutage: { readonly reason: Outage; readonly at: number } | undefined;
}

/** Look-ups at the identity service: one at a time per token, and none while it is known to be down. */
export interface TokenLookups {
  /** The look-up that is under way for this token. */
  underWay(hash: string): Promise<TokenAnswer> | undefined;
  /** @returns a number: the service is left alone, for so many milliseconds at most */
  start(hash: string, token: string): Promise<TokenAnswer> | number;
  health(): Pick<IdentityHealth, 'circuit' | 'lastOutage'>;
}

export interface TokenLookupsOptions {
  readonly source: TokenSource;
  readonly clock: ClockPort;
  readonly log: Log;
  readonly circuit?: CircuitOptions | undefined;
  /** Milliseconds for one look-up, retries and the gateway's own sign-in included. */
  readonly deadlineMs: number;
  /** Turns the service's answer into the one that is given to all who wait. `askedAt`: when it was asked. */
  readonly learn: (hash: string, answer: TokenAnswer, askedAt: number) => TokenAnswer;
  readonly meters: () => TokenMeters;
  /** Asked before the service, also while that is left alone: what another replica knows. */
  readonly elsewhere?: ((hash: string) => Promise<TokenAnswer | undefined>) | undefined;
}

/** Answers that came quickly and may be due to the very token that a caller chose: no reason to leave the service alone. */
const unclear: ReadonlySet<Outage> = new Set(['malformed', 'bounds']);

export const createTokenLookups = (options: TokenLookupsOptions): TokenLookups => {
  const { source, clock, log, learn } = options;
  const flights = new Map<string, Promise<TokenAnswer>>();
  let lastOutage: IdentityHealth['lastOutage'];
  let failing = false;

  const told = (state: CircuitState): void => {
    const at = { source: source.name };
    if (state === 'open') {
      log.warn(
        { ...at, ...lastOutage },
        'The identity service failed repeatedly; it is left alone for a while.',
      );
    }
    if (state === 'closed') log.info(at, 'The identity service answers again.');
  };
  const circuit = createCircuit(clock, told, options.circuit ?? circuitDefaults);

  const judgeService = (answer: TokenAnswer): void => {
    const meters = options.meters();
    if (answer.kind !== 'limited') meters.lookups[answer.kind].inc();
    if (answer.kind !== 'unavailable') {
      failing = false;
      circuit.succeeded();
      return;
    }
    // The first of a row: the others are counted, and the circuit tells when it opens.
    if (!failing) log.warn({ source: source.name, reason: answer.reason }, 'A token could not be looked up.');
    failing = true;
    lastOutage = { reason: answer.reason, at: clock.now() };
    meters.outage(answer.reason);
    if (!unclear.has(answer.reason) || circuit.state() === 'half-open') circuit.failed(answer.retryAfterMs);
  };

  const lookup = async (hash: string, token: string): Promise<TokenAnswer> => {
    const askedAt = clock.now();
    const started = performance.now();
    const answer = await source
      .lookup(token, AbortSignal.timeout(options.deadlineMs))
      .catch((bug: unknown) => {
        // A probe must come to an end, or the circuit would wait for it for ever.
        circuit.failed();
        throw bug;
      });
    options.meters().duration.observe((performance.now() - started) / 1000);
    judgeService(answer);
    return learn(hash, answer, askedAt);
  };

  const anywhere = async (
    hash: string,
    token: string,
    elsewhere: (hash: string) => Promise<TokenAnswer | undefined>,
  ): Promise<TokenAnswer> => {
    const known = await elsewhere(hash);
    if (known !== undefined) return known;
    const wait = circuit.enter();
    return wait === undefined
      ? lookup(hash, token)
      : { kind: 'unavailable', reason: 'circuit-open', retryAfterMs: wait };
  };

  const begin = (hash: string, token: string): Promise<TokenAnswer> | number => {
    if (options.elsewhere !== undefined) return anywhere(hash, token, options.elsewhere);
    return circuit.enter() ?? lookup(hash, token);
  };

  return {
    underWay: (hash) => flights.get(hash),
    start(hash, token) {
      const begun = begin(hash, token);
      if (typeof begun === 'number') return begun;
      const flight = begun.finally(() => flights.delete(hash));
      flights.set(hash, flight);
      return flight;
    },
    health: () => ({ circuit: circuit.state(), lastOutage }),
  };
};
