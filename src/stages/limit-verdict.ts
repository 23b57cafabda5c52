import { retryAfterSeconds } from '../core/fault.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitState, LimitsAnswer } from '../core/ports.ts';
import { type Deny, deny, pass, type Verdict } from '../core/verdict.ts';
import { limitWords, secondsWords } from './limit-words.ts';
import { rateLimitFields } from './ratelimit-fields.ts';

export type LimitFault = 'over-limit' | 'over-limit-429' | 'service-over-limit' | 'limits-unavailable';

export interface LimitAnswerOptions {
  readonly status: 413 | 429;
  /** Send the `RateLimit` fields. */
  readonly fields: boolean;
  /** Form of the member `retryAfter` in the fault. */
  readonly shape: 'repose' | 'nova';
}

type Exceeded = readonly [LimitState, ...LimitState[]];

const unavailableRetryMs = 1000;

const sentences = new WeakMap<LimitDefinition, string>();

const sentenceOf = (limit: LimitDefinition): string => {
  let sentence = sentences.get(limit);
  if (sentence === undefined) {
    const start = limit.key === 'global' ? 'The service is at its limit of' : 'Over the limit of';
    sentence = `${start} ${limitWords(limit)}. Retry after `;
    sentences.set(limit, sentence);
  }
  return sentence;
};

/** The last moment that was written: in a flood, most refusals name the same one, and writing it is not cheap. */
const written = { second: Number.NaN, text: '' };

/** The second, in UTC, at which a client may come back. */
const retryAt = (now: number, seconds: number): string => {
  const second = Math.ceil(now / 1000) + seconds;
  if (written.second !== second) {
    written.second = second;
    written.text = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  }
  return written.text;
};

/**
 * The limit that is named, of those exceeded: where the caller's own limit and a global one refuse together, the
 * caller's own, since only that one can the caller do something about.
 */
const named = (over: Exceeded): LimitDefinition =>
  (over.find(({ limit }) => limit.key !== 'global') ?? over[0]).limit;

const faultOf = ({ key }: LimitDefinition, { status }: LimitAnswerOptions): LimitFault => {
  if (key === 'global') return 'service-over-limit';
  return status === 429 ? 'over-limit-429' : 'over-limit';
};

/** Refuses for these limits. `Retry-After` is the longest wait among them. */
const refuse = (over: Exceeded, options: LimitAnswerOptions, now: number): Deny<LimitFault> => {
  const limit = named(over);
  let retryAfterMs = 0;
  for (const { resetMs } of over) retryAfterMs = Math.max(retryAfterMs, resetMs);
  const seconds = retryAfterSeconds(retryAfterMs);
  const at = retryAt(now, seconds);
  return deny(faultOf(limit, options), `${sentenceOf(limit)}${secondsWords(seconds)}.`, {
    retryAfterMs,
    members: options.shape === 'nova' ? { retryAfter: String(seconds) } : { retryAfter: at, retryAt: at },
    ...(options.fields && { responseHeaders: rateLimitFields(over) }),
    notes: { limits: over.map((state) => state.limit.name) },
  });
};

const some = <T>(list: readonly T[]): list is readonly [T, ...T[]] => list.length > 0;

/**
 * What the counters say of a request.
 *
 * @param now gives milliseconds since the epoch.
 */
export const limitVerdict = (
  answer: LimitsAnswer,
  options: LimitAnswerOptions,
  now: () => number,
): Verdict<LimitFault> => {
  if (answer.kind === 'unavailable')
    return deny(
      'limits-unavailable',
      `The limits cannot be checked at the moment. Retry after ${secondsWords(unavailableRetryMs / 1000)}.`,
      { retryAfterMs: unavailableRetryMs, notes: { reason: answer.reason } },
    );
  const over: LimitState[] = [];
  const flagged: LimitState[] = [];
  let unenforced = 0;
  for (const state of answer.states) {
    if (state.limit.mode !== 'enforce') unenforced += 1;
    if (state.exceeded) (state.limit.mode === 'enforce' ? over : flagged).push(state);
  }
  if (some(over)) return refuse(over, options, now());
  const told =
    unenforced === 0 ? answer.states : answer.states.filter(({ limit }) => limit.mode === 'enforce');
  const responseHeaders = options.fields && some(told) ? rateLimitFields(told) : undefined;
  if (some(flagged))
    return {
      kind: 'pass',
      ...(responseHeaders !== undefined && { responseHeaders }),
      flag: faultOf(named(flagged), options),
      notes: { flaggedLimits: flagged.map(({ limit }) => limit.name) },
    };
  return responseHeaders === undefined ? pass : { kind: 'pass', responseHeaders };
};
