import type { Exchange, Headers } from '../core/exchange.ts';
import type { Identity } from '../core/identity.ts';
import type { JsonBody } from '../core/json.ts';
import { type EffectiveChange, effectiveChange, type Metadata, metadata } from '../core/metadata.ts';
import type { Intent, Operation, Params } from '../core/operation.ts';
import type { Caller, ImagesPort, KnownToken, Lookup, ServerDetail, ServersPort } from '../core/ports.ts';
import type { Span } from '../core/tracing.ts';
import type { Settle } from '../core/verdict.ts';
import { sentToken } from './sent-token.ts';

/** What a stage said, for the decision record. */
export interface StageVerdict {
  readonly stage: string;
  readonly outcome: 'pass' | 'deny' | 'flag' | 'relay' | 'error';
  readonly fault?: string;
  readonly notes?: Readonly<Record<string, unknown>>;
}

/** What the edge knows of a request before any stage runs. */
export interface Received {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly params: Params;
  readonly headers: Headers;
  readonly clientAddress: string;
  readonly routeId: string;
  readonly operation: Operation | undefined;
  readonly receivedAt: number;
}

export interface Lookups {
  readonly images: ImagesPort;
  readonly servers: ServersPort;
}

/** One request on its way: what the stages see, and what they have said so far. */
export class RequestExchange implements Exchange {
  readonly requestId: string;
  readonly method: string;
  path: string;
  readonly query: string;
  params: Params;
  readonly headers: Headers;
  readonly clientAddress: string;
  readonly routeId: string;
  readonly operation: Operation | undefined;
  readonly receivedAt: number;
  knownToken: KnownToken | undefined = undefined;
  identity: Identity | undefined = undefined;
  body: JsonBody | undefined = undefined;
  intent: Intent | undefined = undefined;
  /** The bytes to forward when the body was read; stays `undefined` when it was not. */
  bytes: Uint8Array | undefined = undefined;
  readonly verdicts: StageVerdict[] = [];
  readonly flags: string[] = [];
  readonly upstreamHeaders: Record<string, string> = {};
  /** Names of client headers that are not forwarded. */
  readonly droppedHeaders: string[] = [];
  /** For a 401 of the upstream that has no challenge of its own. */
  challenge: string | undefined = undefined;
  readonly responseHeaders: Record<string, string> = {};
  readonly settles: Settle[] = [];
  /** Of the whole request; `undefined`: nobody records spans. */
  span: Span | undefined = undefined;
  /** The effective change, once a stage has asked for it; for the decision record. */
  knownChange: EffectiveChange | undefined = undefined;
  readonly #lookups: Lookups;
  #abort: AbortController | undefined;
  #aborted = false;
  #change: Promise<Lookup<EffectiveChange>> | undefined;
  #servers: Map<string, Promise<Lookup<ServerDetail>>> | undefined;

  constructor(received: Received, lookups: Lookups) {
    this.requestId = received.requestId;
    this.method = received.method;
    this.path = received.path;
    this.query = received.query;
    this.params = received.params;
    this.headers = received.headers;
    this.clientAddress = received.clientAddress;
    this.routeId = received.routeId;
    this.operation = received.operation;
    this.receivedAt = received.receivedAt;
    this.#lookups = lookups;
  }

  /** Made on demand: most requests end without anyone asking for it, and a controller costs more than a stage. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#aborted) this.#abort.abort();
    return this.#abort.signal;
  }

  /** The client has gone, or its time is over. */
  abort(): void {
    this.#aborted = true;
    this.#abort?.abort();
  }

  get caller(): Caller {
    return { token: sentToken(this.headers), projectId: this.identity?.project?.id };
  }

  change(): Promise<Lookup<EffectiveChange>> {
    this.#change ??= this.#computeChange();
    return this.#change;
  }

  server(serverId: string): Promise<Lookup<ServerDetail>> {
    this.#servers ??= new Map();
    let answer = this.#servers.get(serverId);
    if (answer === undefined) {
      answer = this.#lookups.servers.server(serverId, this.caller, this.signal);
      this.#servers.set(serverId, answer);
    }
    return answer;
  }

  async #computeChange(): Promise<Lookup<EffectiveChange>> {
    const intent = this.intent;
    if (intent?.kind !== 'metadata')
      throw new Error('the effective change was asked of a request that writes no metadata');
    const before = await this.#metadataBefore(intent.target);
    if (before.kind !== 'found') return before;
    this.knownChange = effectiveChange(before.value, intent.apply(before.value));
    return { kind: 'found', value: this.knownChange };
  }

  async #metadataBefore(target: Extract<Intent, { kind: 'metadata' }>['target']): Promise<Lookup<Metadata>> {
    if (target.kind === 'new-image') return { kind: 'found', value: metadata() };
    if (target.kind === 'image') return this.#metadataOf(target.imageId);
    const server = await this.server(target.serverId);
    if (server.kind !== 'found') return server;
    // A server booted from a volume has no image in the API, and the image of an old server may be gone.
    if (server.value.imageId === undefined) return { kind: 'found', value: metadata() };
    const source = await this.#metadataOf(server.value.imageId);
    return source.kind === 'refused' && source.answer.status === 404
      ? { kind: 'found', value: metadata() }
      : source;
  }

  async #metadataOf(imageId: string): Promise<Lookup<Metadata>> {
    const api = this.operation?.api ?? 'compute';
    const image = await this.#lookups.images.image(api, imageId, this.caller, this.signal);
    return image.kind === 'found' ? { kind: 'found', value: image.value.metadata } : image;
  }
}
