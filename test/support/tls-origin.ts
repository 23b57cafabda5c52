import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';

export interface TlsOrigin {
  readonly port: number;
  /** One line for each request: method, path, the name asked for by SNI, the name in the client's certificate. */
  readonly seen: readonly string[];
  /** Connections so far whose handshake was completed. */
  readonly connections: () => number;
  /** Ends all of them, so that the next request needs a new one. */
  readonly drop: () => void;
}

/** An HTTPS server on loopback that answers everything with 200 and a small JSON body. */
export const startTlsOrigin = async (t: TestContext, options: ServerOptions): Promise<TlsOrigin> => {
  const seen: string[] = [];
  let connections = 0;
  const server = createServer(options, (req, res) => {
    const socket = req.socket as TLSSocket;
    const client = socket.getPeerCertificate()?.subject?.CN ?? 'nobody';
    seen.push(`${req.method} ${req.url} ${socket.servername || 'no name'} ${client}`);
    req.resume().on('end', () => res.setHeader('content-type', 'application/json').end('{"metadata":{}}'));
  });
  server.on('secureConnection', () => connections++).on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    connections: () => connections,
    drop: () => server.closeAllConnections(),
  };
};
