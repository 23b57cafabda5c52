import type { Identity } from './identity.ts';
import type { JsonBody } from './json.ts';
import type { EffectiveChange } from './metadata.ts';
import type { Intent, Operation, Params } from './operation.ts';
import type { Caller, KnownToken, Lookup, ServerDetail } from './ports.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One request and its answer, as a stage sees it. */
export interface Exchange {
  readonly requestId: string;
  readonly method: string;
  /** The canonical path: what is matched, judged and forwarded. */
  readonly path: string;
  /** The query with its question mark, or the empty string. */
  readonly query: string;
  readonly params: Params;
  /** Headers of the client, names in lower case, identity and hop-by-hop headers already taken out. */
  readonly headers: Headers;
  /** The client's address: the peer, or what a trusted proxy said of it. */
  readonly clientAddress: string;
  readonly routeId: string;
  readonly operation: Operation | undefined;
  /** Fires when the client goes away or the deadline passes. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch at which the request was received. */
  readonly receivedAt: number;
  /** What was found out about the token before the chain was chosen. */
  readonly knownToken?: KnownToken | undefined;
  /** Set by `authenticate`; the chain compiler holds that nothing reads it earlier. */
  readonly identity: Identity | undefined;
  /** The token that the caller sent, for look-ups on the caller's behalf. Never logged. */
  readonly caller: Caller;
  /** The complete body and what it asks for; set by the runner before the first stage that reads it. */
  readonly body: JsonBody | undefined;
  readonly intent: Intent | undefined;
  /** The effective change of a metadata write. The current state is read at most once per request. */
  change(): Promise<Lookup<EffectiveChange>>;
  /** The server that the request acts on, read at most once per request. */
  server(serverId: string): Promise<Lookup<ServerDetail>>;
}
