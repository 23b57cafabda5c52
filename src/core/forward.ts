import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayFault } from './gateway-faults.ts';
import type { HeaderList } from './header-list.ts';

/** A request that met all policies, ready to leave. */
export interface ForwardRequest {
  /** Name of an upstream in `config/gateway.yaml`. */
  readonly upstream: string;
  readonly method: string;
  /** Path and query, sent byte for byte. */
  readonly target: string;
  /** Complete and final, framing headers left out: the adapter writes those. */
  readonly headers: HeaderList;
  /** The judged bytes; `undefined`: the request has no body; `stream`: it was not read and is piped through. */
  readonly body: Uint8Array | 'stream' | undefined;
  /** Set on the answer to the client beside the upstream's own headers. Names in lower case. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** `WWW-Authenticate` for a 401 of the upstream that has none. */
  readonly challenge?: string | undefined;
  /** Ends the request early. The client's going away and the upstream's timeout are seen to without it. */
  readonly signal?: AbortSignal | undefined;
  /** The connection is handed over to WebSocket: the client's socket, and what was read of it behind the header. */
  readonly upgrade?: Upgrade | undefined;
}

export interface Upgrade {
  readonly socket: Socket;
  readonly head: Buffer;
}

export type ForwardOutcome =
  /** The answer was relayed to its end. */
  | { readonly kind: 'answered'; readonly status: number }
  /** Nothing was sent to the client yet: the caller answers with this gateway fault. */
  | {
      readonly kind: 'failed';
      readonly fault: GatewayFault;
      readonly message: string;
      /** No connection was found, so that nothing of the request left. */
      readonly unsent?: boolean;
    }
  /** The upstream broke off in mid-answer; the client's connection was destroyed, so it cannot take it for whole. */
  | { readonly kind: 'cut'; readonly status: number }
  /** The client went away; the upstream request was ended. */
  | { readonly kind: 'client-gone'; readonly status: number | undefined };

export interface ForwardPort {
  forward(req: IncomingMessage, res: ServerResponse, request: ForwardRequest): Promise<ForwardOutcome>;
}
