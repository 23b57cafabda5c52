import type { LimitDefinition } from '../core/policy.ts';
import { limitWords, routesLabel, secondsWords } from './limit-words.ts';

/** Whose answer to a limit that is used up the fault looks like: three traditions that exclude each other. */
export type LimitShape = 'repose' | 'rackspace' | 'nova';

/** What a fault says of a limit, besides its status. */
export interface LimitWords {
  readonly message: string;
  readonly members: Readonly<Record<string, string>>;
  /** Set where `Retry-After` is not to be a number. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a text once for each limit: refusals must cost less than what passes. */
const once = (write: (limit: LimitDefinition) => string): ((limit: LimitDefinition) => string) => {
  const written = new WeakMap<LimitDefinition, string>();
  return (limit) => {
    let text = written.get(limit);
    if (text === undefined) {
      text = write(limit);
      written.set(limit, text);
    }
    return text;
  };
};

const sentence = once((limit) => {
  const start = limit.key === 'global' ? 'The service is at its limit of' : 'Over the limit of';
  return `${start} ${limitWords(limit)}. Retry after `;
});

/** The `details` of Nova's own limiter (`Limit.__call__` in its `api/openstack/compute/limits.py`). */
const novaDetails = once(({ points, methods, per, every, routes }) => {
  const unit = every === 1 ? per : `${every} ${per}s`;
  const verb = methods.length === 0 ? 'ALL' : methods.join(',');
  return `Only ${points} ${verb} request(s) can be made to ${routesLabel(routes)} every ${unit}.`;
});

/** The moments that were written last: in a flood, most refusals name the same one, and writing it is not cheap. */
const written = { second: Number.NaN, iso: '', http: '' };

/** The second, in UTC, at which a client may come back: as in XML Schema (RFC 3339) and as in HTTP (RFC 9110 5.6.7). */
const moment = (now: number, seconds: number): typeof written => {
  const second = Math.ceil(now / 1000) + seconds;
  if (written.second !== second) {
    const date = new Date(second * 1000);
    written.second = second;
    written.iso = `${date.toISOString().slice(0, 19)}Z`;
    written.http = date.toUTCString();
  }
  return written;
};

/**
 * The words of a refusal. Nova's begin with its own sentence and go on with ours, because openstacksdk shows nothing but
 * the message; a client of Rackspace's finds `retryAt`, of Repose's `retryAfter`, of Nova's the seconds as a text.
 *
 * @param limit `undefined`: none is named.
 * @param text ends with the words before the wait.
 */
const inShape = (
  shape: LimitShape,
  limit: LimitDefinition | undefined,
  text: string,
  iso: string,
  seconds: number,
): LimitWords => {
  const message = `${text}${secondsWords(seconds)}.`;
  if (shape === 'repose') return { message, members: { retryAfter: iso, retryAt: iso } };
  if (shape === 'rackspace') return { message, members: { retryAt: iso } };
  const retryAfter = String(seconds);
  if (limit === undefined || limit.key === 'global') return { message, members: { retryAfter } };
  return {
    message: `This request was rate-limited. ${message}`,
    members: { details: novaDetails(limit), retryAfter },
  };
};

export interface ShapeOptions {
  readonly shape: LimitShape;
  readonly retryAfter: 'seconds' | 'http-date';
}

/**
 * What is said to a caller who has to wait.
 *
 * @param limit `undefined`: the limits cannot be checked.
 * @param seconds as in `Retry-After`.
 * @param now milliseconds since the epoch.
 */
export const limitRefusal = (
  limit: LimitDefinition | undefined,
  seconds: number,
  { shape, retryAfter }: ShapeOptions,
  now: number,
): LimitWords => {
  const { iso, http } = moment(now, seconds);
  const text =
    limit === undefined ? 'The limits cannot be checked at the moment. Retry after ' : sentence(limit);
  const words = inShape(shape, limit, text, iso, seconds);
  return retryAfter === 'seconds' ? words : { ...words, headers: { 'retry-after': http } };
};
