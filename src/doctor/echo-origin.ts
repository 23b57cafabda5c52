import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type SeenRequest, takeRequest } from './lenient-request.ts';

export interface EchoOrigin {
  readonly url: string;
  /** Every request as this server understood it, in the order they came. */
  readonly requests: readonly SeenRequest[];
  /** The bytes of all connections, in the order they came. */
  readonly bytes: () => string;
  close(): Promise<void>;
}

/**
 * A server as careless as they come, which runs whatever follows as the next request. If a hidden request can be made
 * of what it is sent, it is found in `requests`.
 * @param answer the body for a request; its request line when left out
 */
export const startEchoOrigin = async (
  prefer: 'length' | 'chunks' = 'length',
  answer: (request: SeenRequest) => string = ({ line }) => line,
): Promise<EchoOrigin> => {
  const requests: SeenRequest[] = [];
  const pieces: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    let rest = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      pieces.push(chunk);
      rest += chunk;
      for (let next = takeRequest(rest, prefer); next !== undefined; next = takeRequest(rest, prefer)) {
        rest = next.rest;
        requests.push(next.request);
        const body = answer(next.request);
        const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
        socket.write(head + (next.request.line.startsWith('HEAD') ? '' : body));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    bytes: () => pieces.join(''),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
