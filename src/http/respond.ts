import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fault, faultBody, retryAfterSeconds } from '../core/fault.ts';
import type { UpstreamAnswer } from '../core/verdict.ts';
import { bodyFraming } from '../pipeline/body.ts';

/** What an answer of our own says about the request, besides the answer itself. */
export interface AnswerNotes {
  /** `req-` and a UUID. */
  readonly requestId: string;
  /** Of the policy that judged it. */
  readonly revision?: string | undefined;
  /** Set by stages, names in lower case. */
  readonly responseHeaders?: Readonly<Record<string, string>> | undefined;
}

/**
 * Answers with a fault. Does nothing when the client is gone or an answer has begun. A connection whose request body
 * was not read is closed, unless the body is small: nobody reads a large one only to throw it away.
 */
export const respondFault = (res: ServerResponse, fault: Fault, notes: AnswerNotes): void => {
  const revision = notes.revision === undefined ? '' : `, policy revision ${notes.revision}`;
  const body = Buffer.from(faultBody(fault, `${fault.code}${revision}, request ${notes.requestId}`));
  const fields: Record<string, string> = Object.create(null);
  fields['content-type'] = 'application/json';
  Object.assign(fields, notes.responseHeaders);
  for (const [name, value] of Object.entries(fault.headers ?? {})) fields[name.toLowerCase()] = value;
  // A fault may have written the wait in the other form that HTTP has for it, a date.
  if (fault.retryAfterMs !== undefined)
    fields['retry-after'] ??= String(retryAfterSeconds(fault.retryAfterMs));
  send(res, fault.status, fields, body, notes.requestId);
};

/** Members of an upstream's head that concern its connection or its framing (RFC 9110 7.6.1). */
const notRelayed = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'trailer',
  'upgrade',
]);

/** Answers with what the upstream said to a look-up: its own 403 or 404. */
export const respondRelay = (res: ServerResponse, answer: UpstreamAnswer, notes: AnswerNotes): void => {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!notRelayed.has(name.toLowerCase())) fields[name.toLowerCase()] = value;
  }
  Object.assign(fields, notes.responseHeaders);
  send(res, answer.status, fields, answer.body, notes.requestId);
};

/** Bytes of a body that Node reads past behind an answer: less trouble than another connection. */
const mostReadPast = 16_384;

/**
 * Is there a body that nobody reads to its end? A small one is read past, unless reading it was given up, or its
 * sender waits to be invited and may never send it (RFC 9110 10.1.1).
 */
const leavesBody = (req: IncomingMessage): boolean => {
  if (req.complete) return false;
  const framing = bodyFraming(req);
  if (framing.kind === 'none') return false;
  const isUntouched = req.readableFlowing === null && req.headers.expect === undefined;
  return !isUntouched || framing.kind === 'chunked' || framing.bytes > mostReadPast;
};

const send = (
  res: ServerResponse,
  status: number,
  fields: Record<string, string | string[]>,
  body: Uint8Array,
  requestId: string,
): void => {
  if (res.headersSent || res.destroyed) return;
  if (leavesBody(res.req)) res.shouldKeepAlive = false;
  fields['via'] = fields['via'] === undefined ? '1.1 images-gateway' : `${fields['via']}, 1.1 images-gateway`;
  // keystoneauth reads the first of these, novaclient the second.
  fields['x-openstack-request-id'] ??= requestId;
  fields['x-compute-request-id'] ??= requestId;
  if (status !== 204) fields['content-length'] = String(body.byteLength);
  res.writeHead(status, fields);
  res.end(body);
};
