import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewayFault } from '../core/gateway-faults.ts';
import { createServer } from '../node/http.ts';
import { gatewayFault } from '../pipeline/refusal.ts';
import type { EdgeApp } from './app.ts';
import { Connections } from './connections.ts';
import type { EdgeTls } from './edge-tls.ts';
import { type ProtocolRefusal, protocolRefusal, upgradeAsked } from './protocol.ts';
import { respondFault } from './respond.ts';
import { parserRefusal, socketFault } from './socket-fault.ts';
import { asRequest, upgradeFrom } from './upgrade.ts';

export interface EdgeLimits {
  /** Bytes of the request line and all headers together. */
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  /** Milliseconds for the header section of a request. */
  readonly headersMs: number;
  /** Milliseconds that a connection may wait for its next request. */
  readonly keepAliveMs: number;
  /** Milliseconds without any traffic on a connection that has a request; must exceed the upstreams' timeouts. */
  readonly idleMs: number;
  /** Connections at once; further ones are closed as they come. */
  readonly maxConnections: number;
}

export const defaultEdgeLimits: EdgeLimits = Object.freeze({
  maxHeaderBytes: 32_768,
  maxHeaders: 200,
  headersMs: 10_000,
  keepAliveMs: 65_000,
  idleMs: 120_000,
  maxConnections: 20_000,
});

export interface EdgeOptions {
  readonly app: EdgeApp;
  readonly limits?: Partial<EdgeLimits>;
  /** Encrypts all connections; plain TCP when left out. */
  readonly tls?: EdgeTls | undefined;
  /** A request was refused before the handler saw it. */
  readonly refused?: (fault: GatewayFault) => void;
}

export interface Edge {
  /** Resolves with the address once connections are taken; rejects with Node's error, e.g. `EADDRINUSE`. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /**
   * Ends well: for `delayMs` goes on serving while every answer tells the client to close, so that balancers can
   * take us out; then takes no new connection and waits up to `graceMs` for the answers in flight.
   * @returns how many connections had to be cut
   */
  drain(delayMs: number, graceMs: number): Promise<number>;
  /** Ends at once; cuts every connection. */
  close(): Promise<void>;
  readonly connections: number;
}

/** The socket that clients reach: parses, bounds and refuses, and hands what is left to the application. */
export const createEdge = (options: EdgeOptions): Edge => {
  const limits: EdgeLimits = { ...defaultEdgeLimits, ...options.limits };
  const { app, refused } = options;
  const connections = new Connections();
  let draining = false;

  const refuse = (req: IncomingMessage, res: ServerResponse, refusal: ProtocolRefusal): void => {
    refused?.(refusal.fault);
    res.shouldKeepAlive = false;
    const { headers } = refusal;
    const fault = gatewayFault(refusal.fault, refusal.message, headers === undefined ? {} : { headers });
    respondFault(res, fault, { requestId: `req-${randomUUID()}` });
    req.resume();
  };
  const receive = (req: IncomingMessage, res: ServerResponse): void => {
    if (!connections.begin(req.socket, res)) return;
    // Behind a request that asks for an upgrade, the parser drops what came together with it: nothing may follow.
    const upgrades = req.headers.upgrade !== undefined && upgradeAsked(req) !== 'none';
    if (draining || upgrades) res.shouldKeepAlive = false;
    const refusal = protocolRefusal(req, limits.maxHeaders);
    if (refusal === undefined) app.listener(req, res);
    else refuse(req, res, refusal);
  };
  const settings: ServerOptions = {
    IncomingMessage: app.IncomingMessage,
    ServerResponse: app.ServerResponse,
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersMs,
    // A bound for the whole request would cut long uploads; bodies that are judged have their own (`readBody`).
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    // Node looks for late requests only this often; its default of 30 s would make the timeouts above a wish.
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    // Checked by the pipeline, which answers with a fault.
    requireHostHeader: false,
    noDelay: true,
    // Behind a request that waits for its answer an upgrade is an ordinary request: its socket is not free.
    shouldUpgradeCallback: (req) => upgradeAsked(req) === 'websocket' && connections.isFree(req.socket),
  };
  const server =
    options.tls === undefined
      ? createServer(settings, receive)
      : secureServer(settings, options.tls, receive, connections);
  if (options.tls === undefined) server.on('connection', (socket) => connections.add(socket));
  // Node would leave out further headers without a word, of which one might be a second Host.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.maxConnections;
  // A worker of several would hand it back, and all of them in a circle for as long as all are full.
  Object.assign(server, { dropMaxConnection: true });
  server.timeout = limits.idleMs;
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    const welcome = (): void => {
      if (!res.headersSent) res.writeContinue();
    };
    // The client is invited to send its body when somebody begins to read it, not before the request was judged.
    const invite = (event: string | symbol): void => {
      if (event !== 'data') return;
      req.off('newListener', invite);
      // Behind a request that is not answered yet Node would put the invitation between the head and the body of
      // this answer, if the answer comes first (`_http_outgoing.js`, `_send`).
      if (res.socket === null) res.once('socket', welcome);
      else welcome();
    };
    req.on('newListener', invite);
    receive(req, res);
  });
  server.on('checkExpectation', (req, res) =>
    refuse(req, res, {
      fault: 'bad-request',
      message: 'The only Expect that is understood is "100-continue".',
    }),
  );
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node before 24.9 does not ask whether it should upgrade.
    if (!connections.isFree(req.socket)) return void socket.destroy();
    const res = new app.ServerResponse(req);
    asRequest(req, res, upgradeFrom(socket, head));
    receive(req, res);
  });
  server.on('connect', (req: IncomingMessage, socket: Duplex) => {
    const refusal = protocolRefusal(req, limits.maxHeaders);
    const action = connections.onBroken(req.socket);
    if (refusal !== undefined) refused?.(refusal.fault);
    if (action === 'wait') return;
    if (refusal === undefined || action === 'cut') return void socket.destroy();
    socketFault(socket, refusal, `req-${randomUUID()}`);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, stream: Duplex) => {
    const socket = stream as Socket;
    const refusal = parserRefusal(error.code);
    // Further broken bytes behind those that were answered.
    if (!socket.writable && !socket.destroyed && refusal !== undefined) return;
    const action = refusal === undefined ? 'cut' : connections.onBroken(socket);
    if (action === 'wait') return;
    if (refusal === undefined || action === 'cut') return void socket.destroy();
    refused?.(refusal.fault);
    socketFault(socket, refusal, `req-${randomUUID()}`);
  });
  return control(server, connections, () => {
    draining = true;
  });
};

/** The same over TLS; handshakes count as connections and have the time of a header section. */
const secureServer = (
  settings: ServerOptions,
  tls: EdgeTls,
  receive: (req: IncomingMessage, res: ServerResponse) => void,
  connections: Connections,
): Server => {
  const handshakeTimeout = settings.headersTimeout ?? defaultEdgeLimits.headersMs;
  const server = createTlsServer({ ...settings, ...tls.options, handshakeTimeout }, receive);
  tls.attach(server);
  server.on('connection', (socket: Socket) => connections.addShaking(socket));
  server.on('secureConnection', (socket) => {
    connections.addSecure(socket);
    // There is no reset under TLS. An end without its last word, which `end` would say, is seen by the client all the
    // same (RFC 8446 6.1, RFC 9112 9.8).
    socket.resetAndDestroy = () => socket.destroy();
    if (tls.refuses(socket)) socket.destroy();
  });
  return server;
};

const control = (server: Server, connections: Connections, beginDrain: () => void): Edge => {
  const stop = (): void => {
    if (server.listening) server.close();
  };
  return {
    listen: async (port, host) => {
      server.listen(port, host);
      await once(server, 'listening');
      return server.address() as AddressInfo;
    },
    drain: async (delayMs, graceMs) => {
      beginDrain();
      await pause(delayMs);
      stop();
      connections.finish();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      await Promise.race([connections.empty(), late]);
      clearTimeout(timer);
      const cut = connections.size;
      connections.destroyAll();
      return cut;
    },
    close: async () => {
      stop();
      connections.destroyAll();
      await connections.empty();
    },
    get connections() {
      return connections.size;
    },
  };
};

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
