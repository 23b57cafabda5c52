import type { Log } from '../core/log.ts';
import type { ClockPort, TokenUnavailable } from '../core/ports.ts';
import type { HttpAnswer, HttpRequest } from './http-client.ts';
import type { KeystoneCaller } from './keystone-call.ts';
import { untilAborted } from './until-aborted.ts';

export interface ServiceToken {
  readonly kind: 'token';
  readonly token: string;
}

/** The gateway's own token, fetched when first needed and kept fresh. */
export interface ServiceTokens {
  current(signal: AbortSignal): Promise<ServiceToken | TokenUnavailable> | ServiceToken;
  /** Keystone did not accept this token: the next call to `current` fetches another. */
  refused(token: string): void;
}

/** How a token is got, in one version of the API. */
export interface SignIn {
  /** Made anew for each sign-in, so that the secret stays wrapped in between. */
  request(): HttpRequest;
  /** What a 200 or 201 gives; `undefined`: it cannot be read. `expiresAt` in milliseconds since the epoch. */
  read(answer: HttpAnswer): { readonly token: string; readonly expiresAt: number } | undefined;
}

/** A token is renewed in the background in the last fifth of its life, and not used in the last seconds. */
const renewPart = 0.2;
const renewAgainMs = 5000;
const unusableMs = 5000;
/** After a refused password nothing is tried for a while: Keystone may lock the account (`lockout_failure_attempts`). */
const firstHoldMs = 2000;
const longestHoldMs = 60_000;

interface Held {
  readonly answer: ServiceToken;
  /** Moved on when a renewal is tried, so that a failing one is not tried with each request. */
  renewAt: number;
  readonly uselessAt: number;
}

export const createServiceTokens = (
  signIn: SignIn,
  caller: KeystoneCaller,
  clock: ClockPort,
  log: Log,
  deadlineMs: number,
): ServiceTokens => {
  let held: Held | undefined;
  let flight: Promise<ServiceToken | TokenUnavailable> | undefined;
  let holdMs = 0;
  let holdUntil = 0;

  const fetchToken = async (): Promise<ServiceToken | TokenUnavailable> => {
    const answer = await caller.call(signIn.request(), AbortSignal.timeout(deadlineMs));
    if (answer.kind === 'unavailable') return answer;
    if (answer.status === 401 || answer.status === 403) {
      holdMs = Math.min(longestHoldMs, Math.max(firstHoldMs, holdMs * 2));
      holdUntil = clock.now() + holdMs;
      log.error(
        { status: answer.status, retryInMs: holdMs },
        'Keystone refuses the credential of the gateway itself: check user, project and secret under `identity`.',
      );
      return { kind: 'unavailable', reason: 'credential', retryAfterMs: holdMs };
    }
    if (answer.status !== 200 && answer.status !== 201) return { kind: 'unavailable', reason: 'status' };
    const given = signIn.read(answer);
    if (given === undefined) return { kind: 'unavailable', reason: 'malformed' };
    const now = clock.now();
    const life = given.expiresAt - now;
    holdMs = 0;
    held = {
      answer: { kind: 'token', token: given.token },
      renewAt: now + life * (1 - renewPart),
      uselessAt: given.expiresAt - Math.min(unusableMs, life / 2),
    };
    return held.answer;
  };

  const renew = (): Promise<ServiceToken | TokenUnavailable> => {
    flight ??= fetchToken().finally(() => {
      flight = undefined;
    });
    return flight;
  };

  return {
    current(signal) {
      const now = clock.now();
      const waiting = holdUntil - now;
      if (held !== undefined && now < held.uselessAt) {
        if (now >= held.renewAt && waiting <= 0) {
          held.renewAt = now + renewAgainMs;
          void renew();
        }
        return held.answer;
      }
      if (waiting > 0) {
        return Promise.resolve({ kind: 'unavailable', reason: 'credential', retryAfterMs: waiting });
      }
      return untilAborted(renew(), signal, { kind: 'unavailable', reason: 'timeout' });
    },
    refused(token) {
      if (held?.answer.token === token) held = undefined;
    },
  };
};
