import { randomFillSync } from 'node:crypto';

/** Which trace a request belongs to, and what the next hop is told of it (W3C Trace Context). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Whether somebody records it (3.2.2.5.1). */
  readonly sampled: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

type Sent = Readonly<Record<string, string | string[] | undefined>>;

/** Version 00; later versions may have more behind it (W3C Trace Context 3.2.2, 4.3). */
const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const noTrace = '0'.repeat(32);
const noParent = '0'.repeat(16);

/**
 * The trace that the client names goes on with us as the parent; without a valid one a new trace begins, which nobody
 * has decided to record. A `tracestate` means nothing without its `traceparent` (4.3).
 */
export const traceContextOf = (sent: Sent): TraceContext => {
  const parent = sent['traceparent'];
  const parts = typeof parent === 'string' ? shape.exec(parent) : null;
  const [, version, traceId = noTrace, parentId = noParent, flags = '00', more] = parts ?? [];
  const valid = version !== undefined && version !== 'ff' && traceId !== noTrace && parentId !== noParent;
  if (!valid || (version === '00' && more !== undefined)) {
    const begun = randomHex(16);
    return { traceId: begun, sampled: false, headers: { traceparent: `00-${begun}-${randomHex(8)}-00` } };
  }
  const traceparent = `00-${traceId}-${randomHex(8)}-${flags}`;
  // The lowest bit of two hex digits.
  const sampled = '13579bdf'.includes(flags.charAt(1));
  const { tracestate } = sent;
  if (tracestate === undefined) return { traceId, sampled, headers: { traceparent } };
  const state = typeof tracestate === 'string' ? tracestate : tracestate.join(',');
  return { traceId, sampled, headers: { traceparent, tracestate: state } };
};

/** Drawn and written out in advance: a call for each request would cost more than all else here. */
const drawn = Buffer.alloc(4096);
let digits = '';
let used = 0;

/** All zeros would mean "none"; the chance is that of guessing a token. */
const randomHex = (bytes: number): string => {
  if (used + bytes * 2 > digits.length) {
    digits = randomFillSync(drawn).toString('hex');
    used = 0;
  }
  used += bytes * 2;
  return digits.slice(used - bytes * 2, used);
};
