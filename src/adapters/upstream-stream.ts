import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import httpProxy from 'http-proxy-3';
import type { ForwardOutcome, ForwardRequest, Upgrade } from '../core/forward.ts';
import { fieldsOf } from '../core/header-list.ts';
import { Watchdog } from '../core/watchdog.ts';
import { outageOf } from './http-outage.ts';
import { createOriginAgent } from './origin-agent.ts';
import type { OriginTls } from './origin-tls.ts';
import { Relay } from './relay.ts';

export interface StreamOptions {
  readonly origin: string;
  /** Put before every target; empty for most. */
  readonly basePath: string;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly tls?: OriginTls | undefined;
  /** Find a connection before the body is touched, so that the request can still go elsewhere. */
  readonly connectFirst?: boolean | undefined;
}

export interface StreamForwarder {
  /** Pipes a body that was not read. Only POST, PUT and PATCH. */
  forward(req: IncomingMessage, res: ServerResponse, request: ForwardRequest): Promise<ForwardOutcome>;
  /** Hands the connection over to WebSocket. */
  upgrade(
    req: IncomingMessage,
    res: ServerResponse,
    request: ForwardRequest,
    upgrade: Upgrade,
  ): Promise<ForwardOutcome>;
  close(): void;
}

/**
 * On other methods the library drops the chunked framing and still pipes the body, so that an upstream would run the
 * body as a second request (http-proxy-3 2.0.1, `web-incoming.js`, `deleteLength`).
 */
const streamable: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Milliseconds to make a connection, TLS included. */
const connectMs = 3000;

export const createStreamForwarder = (options: StreamOptions): StreamForwarder => {
  const { agent, reach } = createOriginAgent({ ...options, connectMs });
  const relays = new WeakMap<IncomingMessage, Relay>();
  const watchdog = new Watchdog(options.timeoutMs);
  const proxy = httpProxy.createProxyServer({
    target: options.origin,
    agent,
    selfHandleResponse: true,
    // The target is taken as it is; otherwise the library would parse it, and with that resolve and re-encode it.
    toProxy: true,
    prependPath: false,
    connectTimeout: connectMs,
  });
  const failed = (error: Error, req: IncomingMessage): void => relays.get(req)?.failed(outageOf(error));
  proxy.on('error', failed);
  // Told only when the client's own socket is gone too; then nobody is left to answer.
  proxy.on('econnreset', failed);
  proxy.on('proxyRes', (answer, req) => {
    const relay = relays.get(req);
    if (relay === undefined) answer.destroy();
    else relayAnswer(answer, relay);
  });
  proxy.on('proxyReq', (outgoing, req) => {
    const relay = relays.get(req);
    if (relay === undefined) return;
    relay.connect(sideOf(outgoing, req));
    // An upgrade that nobody asked for would otherwise leave the client without an answer.
    outgoing.on('upgrade', (_answer, socket) => {
      socket.destroy();
      relay.failed('malformed');
    });
  });
  proxy.on('proxyReqWs', (outgoing, req, socket) => {
    const relay = relays.get(req);
    if (relay === undefined) return;
    relay.connect(sideOf(outgoing, req));
    // The library would write a refusal of the upstream to the client as it came, connection headers and all.
    queueMicrotask(() =>
      outgoing.removeAllListeners('response').on('response', (answer) => relayAnswer(answer, relay)),
    );
    outgoing.on('upgrade', () => relay.handOver(socket));
  });

  const send = (
    req: IncomingMessage,
    res: ServerResponse,
    request: ForwardRequest,
    framing: Readonly<Record<string, string>>,
    go: (relay: Relay) => void,
  ) =>
    new Promise<ForwardOutcome>((resolve) => {
      const relay = new Relay(res, request, watchdog, resolve);
      if (relay.settled) return;
      relays.set(req, relay);
      const start = (): void => {
        // The library reads these three from the request itself.
        req.headers = { ...fieldsOf(request.headers), ...framing } as IncomingMessage['headers'];
        req.url = options.basePath + request.target;
        try {
          go(relay);
        } catch {
          // Node refuses header values that HTTP does not allow.
          relay.unsendable();
        }
      };
      if (!options.connectFirst) return start();
      reach().then(
        () => relay.settled || start(),
        (error) => relay.failed(outageOf(error)),
      );
    });

  return {
    forward: (req, res, request) => {
      if (!streamable.has(request.method) || req.method !== request.method) {
        throw new Error(`a body of ${request.method} must be read before it is forwarded`);
      }
      return send(req, res, request, framingOf(req), (relay) => {
        req.on('data', () => relay.alive());
        proxy.web(req, res);
      });
    },
    upgrade: (req, res, request, { socket, head }) =>
      send(req, res, request, { connection: 'Upgrade', upgrade: 'websocket' }, () =>
        proxy.ws(req, socket, head),
      ),
    close: () => agent.destroy(),
  };
};

/** One framing and no other: the length as a plain number, or chunks. The parser has seen to it that it is true. */
const framingOf = (req: IncomingMessage): Record<string, string> =>
  req.headers['transfer-encoding'] === undefined
    ? { 'content-length': String(Number(req.headers['content-length'] ?? 0)) }
    : { 'transfer-encoding': 'chunked' };

const sideOf = (outgoing: ClientRequest, req: IncomingMessage) => {
  let answer: IncomingMessage | undefined;
  outgoing.on('response', (incoming) => {
    answer = incoming;
  });
  return {
    pause: () => answer?.pause(),
    resume: () => answer?.resume(),
    abort: () => outgoing.destroy(),
    sending: () => !req.complete && !outgoing.writableNeedDrain,
  };
};

const relayAnswer = (answer: IncomingMessage, relay: Relay): void => {
  relay.head({
    status: answer.statusCode ?? 0,
    reason: answer.statusMessage ?? '',
    rawHeaders: answer.rawHeaders,
    httpVersion: answer.httpVersion,
  });
  answer.on('data', (chunk: Buffer) => relay.data(chunk));
  answer.on('end', () => relay.end());
  answer.on('error', (error) => relay.failed(outageOf(error)));
  answer.on('close', () => relay.failed('reset'));
};
