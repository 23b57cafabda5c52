import type { FaultSpec } from '../core/fault.ts';
import type { Lookup } from '../core/ports.ts';
import { type Deny, deny, type Relay, relay } from '../core/verdict.ts';

/** The fault of every stage that has to ask the cloud before it can judge. */
export const lookupFaults = {
  'lookup-failed': {
    status: 503,
    name: 'serviceUnavailable',
    when: 'The state that the rule speaks of could not be read from the cloud.',
  },
} as const satisfies Record<string, FaultSpec>;

/** Milliseconds told to a caller when nobody knows better. */
const defaultRetryMs = 5000;

/** A failed look-up as a verdict: the cloud's own 403 and 404 as they are, an outage as 503. */
export const lookupVerdict = (
  failed: Exclude<Lookup<unknown>, { kind: 'found' }>,
  what: string,
): Deny<'lookup-failed'> | Relay =>
  failed.kind === 'refused'
    ? relay(failed.answer)
    : deny(
        'lookup-failed',
        `The gateway could not read ${what} to judge this request. Nothing was changed; try again later.`,
        {
          retryAfterMs: failed.retryAfterMs ?? defaultRetryMs,
          notes: { reason: failed.reason },
        },
      );
