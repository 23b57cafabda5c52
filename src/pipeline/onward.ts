import type { Fault } from '../core/fault.ts';
import type { HeaderList } from '../core/header-list.ts';
import type { BodyFraming } from './body.ts';
import type { RequestExchange } from './exchange.ts';
import { type BodyReader, unreadBody } from './judged-body.ts';
import type { TraceContext } from './trace-context.ts';

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

/**
 * The headers that leave: those of the client that were left in, but for those that stages took out or the gateway says
 * itself, then what stages set, the request id and the trace.
 * @param trace where the trace goes on; the client's own words when left out
 */
export const headersToForward = (
  x: RequestExchange,
  passed: HeaderList,
  trace?: TraceContext['headers'],
): HeaderList => {
  const own: Readonly<Record<string, string>> = {
    ...x.upstreamHeaders,
    'x-openstack-request-id': x.requestId,
    ...(x.flags.length > 0 ? { 'x-policy-flag': x.flags.join(', ') } : undefined),
    ...trace,
  };
  const leaving: string[] = [];
  for (let index = 0; index < passed.length; index += 2) {
    const name = passed[index] as string;
    // A state of a trace means nothing beside another parent.
    const isReplaced = Object.hasOwn(own, name) || (trace !== undefined && name === 'tracestate');
    if (!isReplaced && !x.droppedHeaders.includes(name)) leaving.push(name, passed[index + 1] as string);
  }
  for (const name in own) leaving.push(name, own[name] as string);
  return leaving;
};
