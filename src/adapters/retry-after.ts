import type { Headers } from '../core/exchange.ts';

/** A longer wait is a mistake of the other side; the circuit probes earlier anyway. */
const longestMs = 3_600_000;

/**
 * What a `Retry-After` says, in milliseconds from now; `undefined` when there is none that can be read. Both forms
 * are legal (RFC 9110 10.2.3): seconds, and a date.
 */
export const retryAfterMs = (headers: Headers, now: number): number | undefined => {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const wait = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) ? Math.min(longestMs, Math.max(1000, wait)) : undefined;
};
