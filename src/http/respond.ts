import type { ServerResponse } from 'node:http';
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
 * was not read is closed: what follows on it could not be told from the rest of the body.
 */
export const respondFault = (res: ServerResponse, fault: Fault, notes: AnswerNotes): void => {
  const revision = notes.revision === undefined ? '' : `, policy revision ${notes.revision}`;
  const body = Buffer.from(faultBody(fault, `${fault.code}${revision}, request ${notes.requestId}`));
  const fields: Record<string, string> = Object.create(null);
  fields['content-type'] = 'application/json';
  Object.assign(fields, notes.responseHeaders);
  for (const [name, value] of Object.entries(fault.headers ?? {})) fields[name.toLowerCase()] = value;
  if (fault.retryAfterMs !== undefined) fields['retry-after'] = String(retryAfterSeconds(fault.retryAfterMs));
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

const send = (
  res: ServerResponse,
  status: number,
  fields: Record<string, string | string[]>,
  body: Uint8Array,
  requestId: string,
): void => {
  if (res.headersSent || res.destroyed) return;
  if (!res.req.complete && bodyFraming(res.req).kind !== 'none') res.shouldKeepAlive = false;
  fields['via'] = fields['via'] === undefined ? '1.1 images-gateway' : `${fields['via']}, 1.1 images-gateway`;
  // keystoneauth reads the first of these, novaclient the second.
  fields['x-openstack-request-id'] ??= requestId;
  fields['x-compute-request-id'] ??= requestId;
  if (status !== 204) fields['content-length'] = String(body.byteLength);
  res.writeHead(status, fields);
  res.end(body);
};
