import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import type { JsonObject } from './json.ts';
import type { Metadata } from './metadata.ts';
import type { Api } from './operation.ts';
import type { LimitDefinition } from './policy.ts';
import type { UpstreamAnswer } from './verdict.ts';

/** Why an outside party did not answer; a bounded set, used as a metric label. */
export type Outage =
  | 'refused'
  | 'dns'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'status'
  | 'malformed'
  | 'credential'
  | 'circuit-open'
  | 'bounds';

/** The caller on whose behalf a look-up is made. */
export interface Caller {
  readonly token: string | undefined;
  readonly projectId: string | undefined;
}

/** The answer to a question about the cloud: the thing, the upstream's own 403 or 404, or an outage. */
export type Lookup<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'refused'; readonly answer: UpstreamAnswer }
  | { readonly kind: 'unavailable'; readonly reason: Outage; readonly retryAfterMs?: number | undefined };

export type TokenAnswer =
  | { readonly kind: 'valid'; readonly identity: Identity }
  | { readonly kind: 'invalid' }
  /** Too many tokens from this client address were invalid lately; this one was not looked up. */
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | TokenUnavailable;

export interface TokenUnavailable {
  readonly kind: 'unavailable';
  readonly reason: Outage;
  readonly retryAfterMs?: number | undefined;
  /**
   * Who it was when it was last known, the token being still unexpired: for reads only. Each call takes one of a
   * limited number of uses; `undefined` when they are used up.
   */
  readonly grace?: (() => Identity | undefined) | undefined;
}

/** What the port said of a token a moment ago, for the same request. */
export interface KnownToken {
  readonly token: string;
  readonly answer: TokenAnswer;
}

/** The request that a token came with; an `Exchange` is one. */
export interface TokenAsker {
  /** When it fires, the answer is no longer waited for. */
  readonly signal: AbortSignal;
  /** Failed validations are counted by it; not counted when left out. */
  readonly clientAddress?: string | undefined;
  /** An answer that need not be looked up a second time for this request. */
  readonly knownToken?: KnownToken | undefined;
}

/** Who does this token belong to? */
export interface TokensPort {
  /** Answers at once on a cache hit, without a promise and without touching `asker`. */
  validate(token: string, asker: TokenAsker): TokenAnswer | Promise<TokenAnswer>;
  /** For `WWW-Authenticate: Keystone uri="..."`: where a caller gets a token. */
  readonly challengeUri: string;
}

export interface LimitCharge {
  readonly limit: LimitDefinition;
  /** The counted party: a project, user or client address, or `*` for all. */
  readonly subject: string;
  readonly points: number;
}

export interface LimitState {
  readonly limit: LimitDefinition;
  /** Never below 0. */
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
  readonly exceeded: boolean;
}

export type LimitsAnswer =
  | { readonly kind: 'counted'; readonly states: readonly LimitState[] }
  | { readonly kind: 'unavailable'; readonly reason: Outage };

/** Is there room? All limits of a request are asked at once; nothing is charged when one of them refuses. */
export interface LimitsPort {
  consume(charges: readonly LimitCharge[]): LimitsAnswer | Promise<LimitsAnswer>;
  /** The same without charging. */
  peek(charges: readonly LimitCharge[]): LimitsAnswer | Promise<LimitsAnswer>;
}

export interface CloudLimits {
  /** The member `limits` of the cloud's answer. */
  readonly limits: JsonObject;
  /** Of the cloud's answer, names in lower case. */
  readonly headers: UpstreamAnswer['headers'];
}

/** What does the cloud itself say of its limits? Asked with the caller's own token. */
export interface CloudLimitsPort {
  /** @param asked the caller's request: the version that its path or headers name is asked for, with its query. */
  limits(
    asked: Pick<Exchange, 'path' | 'query' | 'headers'>,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<Lookup<CloudLimits>>;
}

export interface ImageRecord {
  readonly metadata: Metadata;
  /** `undefined` where the API does not tell. */
  readonly visibility: string | undefined;
}

/** What is the state of this image now? Asked with the caller's own token. */
export interface ImagesPort {
  image(api: Api, imageId: string, caller: Caller, signal: AbortSignal): Promise<Lookup<ImageRecord>>;
}

export interface ServerDetail {
  readonly id: string;
  readonly projectId: string | undefined;
  /** Nova's API status, e.g. `VERIFY_RESIZE`. */
  readonly status: string;
  /** `undefined` for a server booted from a volume. */
  readonly imageId: string | undefined;
  /** `OS-DCF:diskConfig`: `AUTO` or `MANUAL`. */
  readonly diskConfig: string | undefined;
  /** Milliseconds since the epoch of the last change. */
  readonly updatedAt: number | undefined;
}

/** Which servers are built from this image and being resized? */
export interface ServersPort {
  /** Servers in RESIZE, VERIFY_RESIZE or REVERT_RESIZE; answers may be up to 2 s old unless `fresh`. */
  resizing(
    imageId: string,
    caller: Caller,
    signal: AbortSignal,
    fresh?: boolean,
  ): Promise<Lookup<readonly ServerDetail[]>>;
  server(serverId: string, caller: Caller, signal: AbortSignal): Promise<Lookup<ServerDetail>>;
  /** How many servers are built from this image, by status: what a change of it could touch. */
  census(
    imageId: string,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<Lookup<Readonly<Record<string, number>>>>;
}

/** A resize that passed through the gateway. */
export interface SeenResize {
  readonly serverId: string;
  /** The image the server was built from; `undefined` when the API does not tell. */
  readonly imageId: string | undefined;
  readonly projectId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The resizes seen by the gateway until they are confirmed or reverted. `undefined`: the memory did not answer. */
export interface ResizesPort {
  /** @returns whether this server's resize was known already. */
  remember(resize: SeenResize): Promise<'new' | 'known' | undefined>;
  forget(serverId: string): Promise<void>;
  /** Those of the image, and those of the project whose image is not known (servers booted from a volume). */
  ofImage(imageId: string, projectId: string | undefined): Promise<readonly SeenResize[] | undefined>;
}

export type Lease =
  | { readonly kind: 'held'; release(): Promise<void> }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unavailable' };

/** One writer at a time per name, across replicas; a lease ends by itself when its holder dies. */
export interface LeasesPort {
  /** @param waitMs how long to wait for another holder to finish. */
  acquire(name: string, waitMs: number, signal: AbortSignal): Promise<Lease>;
}

export interface AuditPort {
  record(event: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface ClockPort {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Everything a stage may ask of the outside world. A stage gets only the ports it names. */
export interface Ports {
  readonly tokens: TokensPort;
  readonly limits: LimitsPort;
  readonly cloudLimits: CloudLimitsPort;
  readonly images: ImagesPort;
  readonly servers: ServersPort;
  readonly resizes: ResizesPort;
  readonly leases: LeasesPort;
  readonly audit: AuditPort;
  readonly clock: ClockPort;
}
