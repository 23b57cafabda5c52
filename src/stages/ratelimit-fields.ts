import { type LimitDefinition, unitSeconds } from '../core/policy.ts';
import type { LimitState } from '../core/ports.ts';

/** A Structured Fields string (RFC 9651 section 3.3.3): printable ASCII, quote and backslash escaped. */
const quoted = (name: string): string =>
  `"${name.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, (found) => `\\${found}`)}"`;

interface Texts {
  readonly name: string;
  readonly policy: string;
}

const written = new WeakMap<LimitDefinition, Texts>();

/** The parts of the fields that do not depend on a request, written once for each limit. */
const textsOf = (limit: LimitDefinition): Texts => {
  let texts = written.get(limit);
  if (texts === undefined) {
    const name = quoted(limit.name);
    texts = { name, policy: `${name};q=${limit.points};w=${unitSeconds[limit.per] * limit.every}` };
    written.set(limit, texts);
  }
  return texts;
};

/**
 * The two fields of draft-ietf-httpapi-ratelimit-headers-11, lists of Structured Fields. `RateLimit-Policy` says what
 * the limits are (`q` points in `w` seconds), `RateLimit` what is left (`r` points, given again in `t` seconds).
 */
export const rateLimitFields = (states: readonly LimitState[]): Readonly<Record<string, string>> => {
  let policy = '';
  let state = '';
  for (const { limit, remaining, resetMs } of states) {
    const texts = textsOf(limit);
    const comma = policy === '' ? '' : ', ';
    const reset = resetMs > 0 ? `;t=${Math.ceil(resetMs / 1000)}` : '';
    policy += comma + texts.policy;
    state += `${comma}${texts.name};r=${remaining}${reset}`;
  }
  return { 'ratelimit-policy': policy, ratelimit: state };
};
