import type { IncomingMessage } from 'node:http';
import { jsonDepth } from '../plain-json.ts';
import { wsgiHeader } from '../wsgi.ts';
import type { NovaAnswer } from './call.ts';
import { fault } from './call.ts';

/** `max_request_body_size` of oslo.middleware; it is looked at before the token is. */
export const bodyLimit = 114_688;

/** Python's JSON parser recurses, and gives up near this depth. */
const depthLimit = 990;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const erred = 'The server has either erred or is incapable of performing the requested operation.';

/** `text/plain`, an empty and an absent type are all read as JSON; parameters do not matter, case does. */
export const unsupportedType = (request: IncomingMessage): boolean => {
  const type = wsgiHeader(request, 'content-type')?.split(';', 1)[0]?.trimEnd() ?? '';
  return !['', 'text/plain', 'application/json', 'application/vnd.openstack.compute+json'].includes(type);
};

/** Parses a body as Nova does; no bytes are `null`. */
export const parseBody = (bytes: Buffer): { readonly json: unknown } | NovaAnswer => {
  if (bytes.length === 0) return { json: null };
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return fault(500, erred);
  }
  if (jsonDepth(text) > depthLimit) return fault(500, erred);
  try {
    return { json: JSON.parse(text) };
  } catch {
    return fault(400, 'Malformed request body');
  }
};
