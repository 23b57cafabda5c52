import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestMemory } from './request-log.ts';
import type { App, Reply } from './wsgi.ts';

export interface Listener {
  /** `http://host:port`. */
  readonly url: string;
  /** Ends at once, open connections too. */
  close(): Promise<void>;
}

/** A client that keeps its connections closes them first: this is longer than any of ours waits. */
const keepAliveMs = 75_000;

/** What uwsgi takes of a request line and headers; Node's own limit is lower. */
const headerBytes = 65_535;

const send = async (response: ServerResponse, reply: Reply): Promise<void> => {
  if (reply.reason !== undefined) response.statusMessage = reply.reason;
  if (reply.body instanceof Readable) {
    response.writeHead(reply.status, reply.headers);
    await pipeline(reply.body, response);
    return;
  }
  const body = reply.body ?? '';
  const length = reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
  response.end(body);
};

/**
 * Serves one simulated service on a port of its own (0: any free one). Rejects with Node's own error when it cannot
 * listen, `EADDRINUSE` for instance.
 */
export const listen = (app: App, host: string, port: number, seen: RequestMemory): Promise<Listener> => {
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, maxHeaderSize: headerBytes },
    (request, response) => {
      seen.add(request);
      const answer = async (): Promise<void> => {
        const reply = await app(request);
        if (reply) await send(response, reply);
        else request.socket.destroy();
      };
      answer().catch((error: unknown) => {
        // A client that went away in mid-request is nobody to answer to; anything else is a fault of the simulator.
        if (response.headersSent || request.destroyed) response.destroy();
        else response.writeHead(500).end(`The demo cloud failed: ${String(error)}`);
      });
    },
  );
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { port: bound } = server.address() as AddressInfo;
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({
        url: `http://${name}:${bound}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
};
