import type { Fault } from '../core/fault.ts';
import type { BodyFraming } from './body.ts';
import type { RequestExchange } from './exchange.ts';
import { type BodyReader, unreadBody } from './judged-body.ts';
import type { HeaderFields } from './request-headers.ts';

/** Methods whose bodies may be piped through unread; any other body is read first, so that its framing is ours. */
const streamable: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Bytes up to which a body that nobody judges is read all the same: from memory it costs half of what piping does.
 * Chunks do not say how much will come.
 */
const smallBody = 16_384;

/** Bytes that were judged, bytes read now because they may not be piped or are few, or word to pipe them. */
export const bodyToForward = (
  x: RequestExchange,
  framing: BodyFraming,
  reader: BodyReader,
  maxBytes: number,
): BodyToForward | Promise<BodyToForward> => {
  if (x.bytes !== undefined) return x.bytes.length === 0 && !streamable.has(x.method) ? undefined : x.bytes;
  if (framing.kind === 'none') return undefined;
  if (!streamable.has(x.method)) return readToForward(reader, maxBytes);
  return framing.kind === 'sized' && framing.bytes <= smallBody ? readToForward(reader, smallBody) : 'stream';
};

const readToForward = (reader: BodyReader, maxBytes: number): Promise<BodyToForward> =>
  reader
    .read(maxBytes)
    .then((body) => (body.kind === 'complete' ? body.bytes : unreadBody(body.kind, maxBytes)));

export type BodyToForward = Uint8Array | 'stream' | undefined | Fault;

/** The headers that leave: those of the client that were left in, then those that stages set. Changes `forward`. */
export const headersToForward = (x: RequestExchange, forward: HeaderFields): HeaderFields => {
  for (const name of x.droppedHeaders) delete forward[name];
  Object.assign(forward, x.upstreamHeaders);
  forward['x-openstack-request-id'] = x.requestId;
  if (x.flags.length > 0) forward['x-policy-flag'] = x.flags.join(', ');
  return forward;
};
