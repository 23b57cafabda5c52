import { setTimeout as wait } from 'node:timers/promises';
import type { ClockPort, TokenUnavailable } from '../core/ports.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts';
import { retryAfterMs } from './retry-after.ts';

export interface KeystoneTiming {
  /** Milliseconds for a sign-in of the gateway, retries included. */
  readonly totalMs: number;
  /** Milliseconds for one attempt. */
  readonly attemptMs: number;
  /** Further attempts after the first. */
  readonly retries: number;
  /** Milliseconds before the first retry; doubled for the next, and varied by half. */
  readonly backOffMs: number;
}

/** Two thirds of the whole for one attempt: one that hangs leaves time for another. */
export const keystoneTiming = (totalMs = 3000): KeystoneTiming => ({
  totalMs,
  attemptMs: Math.ceil((totalMs * 2) / 3),
  retries: 2,
  backOffMs: 50,
});

/** Most bytes of an answer: a token body with a large catalogue has some 100 kB. */
const maxBytes = 524_288;

export interface KeystoneCaller {
  /**
   * One question, asked again when the way there failed, as long as the signal lets it. 413, 429 and what remains
   * a server error are `unavailable`; every other status comes back to be judged.
   */
  call(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | TokenUnavailable>;
}

/** Asking again helps against these; a bad certificate or a garbled answer stays what it is. */
const passing = new Set(['refused', 'dns', 'timeout', 'reset']);
const retried = new Set([500, 502, 503, 504]);

export const createKeystoneCaller = (
  client: HttpClient,
  clock: ClockPort,
  timing: KeystoneTiming = keystoneTiming(),
  random: () => number = Math.random,
): KeystoneCaller => {
  const attempt = async (request: HttpRequest, signal: AbortSignal) => {
    const answer = await client.request({ timeoutMs: timing.attemptMs, maxBytes, ...request, signal });
    if (answer.kind === 'failed') {
      return {
        again: passing.has(answer.reason),
        result: { kind: 'unavailable', reason: answer.reason } as const,
      };
    }
    const { status } = answer;
    if (status < 500 && status !== 413 && status !== 429) return { again: false, result: answer };
    const retryAfter = retryAfterMs(answer.headers, clock.now());
    return {
      // A service that says when to come back is not asked earlier.
      again: retried.has(status) && retryAfter === undefined,
      result: { kind: 'unavailable', reason: 'status', retryAfterMs: retryAfter } as const,
    };
  };

  return {
    async call(request, signal) {
      for (let tries = 0; ; tries++) {
        const { again, result } = await attempt(request, signal);
        if (!again || tries >= timing.retries || signal.aborted) return result;
        const pause = timing.backOffMs * 2 ** tries * (0.5 + random());
        const rested = await wait(pause, true, { signal }).catch(() => false);
        if (!rested) return result;
      }
    },
  };
};
