import type { Fault } from '../core/fault.ts';
import type { Json, JsonBody } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { Operation } from '../core/operation.ts';
import type { Route } from '../core/policy.ts';
import type { BodyRead } from './body.ts';
import type { RequestExchange } from './exchange.ts';
import { mediaTypeFault } from './media-type.ts';
import { gatewayFault, overloaded } from './refusal.ts';
import type { BodySource } from './run.ts';
import { parseStrictJson } from './strict-json.ts';

const noBytes = new Uint8Array(0);

/** Who has the body of a request. */
export interface BodyReader {
  /** Reads the whole body, unless it is larger than so many bytes. */
  read(maxBytes: number): Promise<BodyRead>;
}

/** The body of one request: read whole or refused, parsed strictly, and told as an intent. */
export class JudgedBody implements BodySource {
  readonly #reader: BodyReader;
  readonly #route: Route;
  readonly #log: Log;

  constructor(reader: BodyReader, route: Route, log: Log) {
    this.#reader = reader;
    this.#route = route;
    this.#log = log;
  }

  bug(x: RequestExchange, stage: string, error: unknown): void {
    this.#log.error(
      { images_gateway: { request: x.requestId, stage }, err: error },
      'a stage failed; the request is refused',
    );
  }

  load(x: RequestExchange, withIntent: boolean): Fault | undefined | Promise<Fault | undefined> {
    if (x.body === undefined) return this.#judge(x, withIntent);
    return withIntent && x.intent === undefined ? tellIntent(x) : undefined;
  }

  #judge(x: RequestExchange, withIntent: boolean): Fault | Promise<Fault | undefined> {
    const mediaTypes = mediaTypesOf(x);
    const refused = mediaTypes.length > 0 ? mediaTypeFault(x.headers, mediaTypes) : undefined;
    return (
      refused ?? this.#reader.read(this.#route.body.maxBytes).then((read) => this.#parse(x, read, withIntent))
    );
  }

  #parse(x: RequestExchange, read: BodyRead, withIntent: boolean): Fault | undefined {
    const { maxBytes, keys } = this.#route.body;
    if (read.kind !== 'complete') return unreadBody(read.kind, maxBytes);
    const body = mediaTypesOf(x).length > 0 ? parse(read.bytes) : emptyBody(read.bytes);
    if ('code' in body) return body;
    x.body = body;
    x.bytes = read.bytes;
    if (keys === 'lower' && x.operation?.normalise !== undefined) {
      const fault = normalise(x, x.operation, body.value);
      if (fault !== undefined) return fault;
    }
    return withIntent ? tellIntent(x) : undefined;
  }
}

const anyJson: readonly string[] = ['application/json'];

const mediaTypesOf = (x: RequestExchange): readonly string[] => x.operation?.mediaTypes ?? anyJson;

/** Why a body was not read to its end, for its sender. */
export const unreadBody = (kind: Exclude<BodyRead['kind'], 'complete'>, maxBytes: number): Fault => {
  if (kind === 'no-room') return overloaded();
  // The cap is no rate: there is no Retry-After, so that a client can tell the two apart.
  if (kind === 'too-large') {
    const message = `The request body is larger than the ${maxBytes} bytes that this call may have. Send less.`;
    return gatewayFault('body-too-large', message);
  }
  return gatewayFault('request-timeout', 'The request body did not arrive completely. Send it again.');
};

const parse = (bytes: Uint8Array): JsonBody | Fault => {
  if (bytes.length === 0)
    return gatewayFault('bad-json', 'The request has no body. Send the JSON body that this call needs.');
  const parsed = parseStrictJson(bytes);
  return parsed.kind === 'ok' ? { bytes, value: parsed.value } : gatewayFault('bad-json', parsed.message);
};

/** A call without a body that carries one is refused: the bytes would travel on unjudged. */
const emptyBody = (bytes: Uint8Array): JsonBody | Fault =>
  bytes.length === 0
    ? { bytes: noBytes, value: null }
    : gatewayFault('bad-request', 'This call takes no body. Send it without one.');

/** What is forwarded is the folded request; it is judged in that form too. */
const normalise = (x: RequestExchange, operation: Operation, value: Json): Fault | undefined => {
  const folded = operation.normalise?.(value, x.params);
  if (folded === undefined) return undefined;
  if (folded.kind === 'malformed') return gatewayFault('bad-body', folded.message);
  if (folded.key !== undefined && folded.key !== x.params['key']) {
    if (folded.key === '') return gatewayFault('bad-body', 'The key in the path is blank. Name a key.');
    x.params = Object.assign(Object.create(null), x.params, { key: folded.key });
    x.path = `${x.path.slice(0, x.path.replace(/\/$/, '').lastIndexOf('/') + 1)}${encodeURIComponent(folded.key)}`;
  }
  if (folded.body !== null) {
    const bytes = new TextEncoder().encode(JSON.stringify(folded.body));
    x.body = { bytes, value: folded.body };
    x.bytes = bytes;
  }
  return undefined;
};

const tellIntent = (x: RequestExchange): Fault | undefined => {
  const intent = x.operation?.intent(x.body?.value ?? null, x.params);
  if (intent === undefined) throw new Error(`route ${x.routeId} has no operation to tell an intent`);
  if (intent.kind === 'malformed') return gatewayFault('bad-body', intent.message);
  x.intent = intent;
  return undefined;
};
