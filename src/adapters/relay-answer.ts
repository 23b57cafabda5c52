import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from '../node/http.ts';

/** The head of an upstream's answer as it was received. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** Names and values in turn, in their own case and order. */
  readonly rawHeaders: readonly string[];
  /** Of the answer, e.g. `1.1`. */
  readonly httpVersion: string;
}

/** What only concerned the connection to us (RFC 9110 7.6.1). Node writes the framing of our own answer. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Reasons are for people; one with other bytes than these is replaced (RFC 9112 4 allows to ignore it). */
const plainReason = /^[\x20-\x7e]*$/;

/** Lower-case forms of names in the spelling that upstreams use; the bound keeps a strange one from filling it. */
const lowered = new Map<string, string>();
const mostRemembered = 512;

const lower = (name: string): string => {
  const found = lowered.get(name);
  if (found !== undefined) return found;
  const folded = name.toLowerCase();
  if (lowered.size < mostRemembered) lowered.set(name, folded);
  return folded;
};

/**
 * Writes the head of the answer to the client: status, reason and headers as the upstream sent them, repeated ones
 * too, without what is hop by hop; with `Via` continued and our own headers in place of the upstream's same ones.
 * @param ours names in lower case
 * @param challenge `WWW-Authenticate` for a 401 that has none
 * @returns a sentence when the head cannot be relayed; nothing was written then.
 */
export const relayHead = (
  res: ServerResponse,
  head: AnswerHead,
  ours: Readonly<Record<string, string>>,
  challenge?: string,
): string | undefined => {
  const { status } = head;
  if (!(status >= 200 && status <= 599))
    return `The service behind answered with the status ${status}, which HTTP does not know.`;
  const fields = answerFields(head, ours);
  if (typeof fields === 'string') return fields;
  if (status === 401 && challenge !== undefined && !names(fields, 'www-authenticate')) {
    fields.push('WWW-Authenticate', challenge);
  }
  const reason = plainReason.test(head.reason) ? head.reason : (STATUS_CODES[status] ?? '');
  try {
    res.writeHead(status, reason, fields);
    return undefined;
  } catch {
    // Node refuses header values that HTTP does not allow.
    return 'The service behind answered with a header that is not valid HTTP.';
  }
};

const answerFields = (head: AnswerHead, ours: Readonly<Record<string, string>>): string[] | string => {
  const { rawHeaders, status } = head;
  const fields: string[] = [];
  let via = '';
  let named: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    const name = lower(raw);
    if (name === 'via') via = `${via}${value}, `;
    else if (name === 'transfer-encoding' && value.toLowerCase() !== 'chunked') {
      return 'The service behind encoded its answer in a way that the gateway does not pass on.';
    } else if (name === 'connection') {
      if (value !== 'keep-alive' && value !== 'close')
        named = [...(named ?? []), ...value.toLowerCase().split(/[\s,]+/)];
    } else if (hopByHop.has(name) || ours[name] !== undefined) continue;
    // An answer without a body must not announce one (RFC 9110 8.6).
    else if (status !== 204 || name !== 'content-length') fields.push(raw, value);
  }
  const kept = named === undefined ? fields : without(fields, named);
  kept.push('Via', `${via}${head.httpVersion} images-gateway`);
  for (const name in ours) kept.push(name, ours[name] as string);
  return kept;
};

/** The length that an answer announces, in bytes; -1: it announces none. The parser has seen that it is a number. */
export const announcedLength = (rawHeaders: readonly string[]): number => {
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (lower(rawHeaders[index] as string) === 'content-length') return Number(rawHeaders[index + 1]);
  return -1;
};

const names = (fields: readonly string[], name: string): boolean =>
  fields.some((field, index) => index % 2 === 0 && lower(field) === name);

const without = (fields: readonly string[], names: readonly string[]): string[] => {
  const kept: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    if (!names.includes(lower(name))) kept.push(name, fields[index + 1] as string);
  }
  return kept;
};
