import { retryAfterSeconds } from '../core/fault.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitState, LimitsAnswer, Outage } from '../core/ports.ts';
import { type Deny, deny, pass, type Verdict } from '../core/verdict.ts';
import { limitRefusal, type ShapeOptions } from './limit-shapes.ts';
import { rateLimitFields } from './ratelimit-fields.ts';

export type LimitFault = 'over-limit' | 'over-limit-429' | 'service-over-limit' | 'limits-unavailable';

export interface LimitAnswerOptions extends ShapeOptions {
  readonly status: 413 | 429;
  /** Send the `RateLimit` fields. */
  readonly fields: boolean;
}

type Exceeded = readonly [LimitState, ...LimitState[]];

const unavailableRetryMs = 1000;

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
  const { message, ...words } = limitRefusal(limit, retryAfterSeconds(retryAfterMs), options, now);
  return deny(faultOf(limit, options), message, {
    retryAfterMs,
    ...words,
    ...(options.fields && { responseHeaders: rateLimitFields(over) }),
    notes: { limits: over.map((state) => state.limit.name) },
  });
};

/** Refuses because nobody knows what is left. */
const unknown = (reason: Outage, options: LimitAnswerOptions, now: number): Deny<LimitFault> => {
  const { message, ...words } = limitRefusal(undefined, unavailableRetryMs / 1000, options, now);
  return deny('limits-unavailable', message, {
    retryAfterMs: unavailableRetryMs,
    ...words,
    notes: { reason },
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
  if (answer.kind === 'unavailable') return unknown(answer.reason, options, now());
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
