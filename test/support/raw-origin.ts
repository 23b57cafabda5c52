import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface RawOrigin {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  readonly port: number;
  /** The requests received so far, head and body as they came. */
  readonly requests: readonly string[];
  /** How many connections were opened so far. */
  connections(): number;
  close(): Promise<void>;
}

/** What to do with one complete request: write bytes to the socket, end it, or nothing at all. */
export type RawAnswer = (socket: Socket, request: string, count: number) => void;

/**
 * An origin that answers with exactly the given bytes, for answers that no well-behaved server would give.
 * A request is complete at the end of its `Content-Length`.
 */
export const startRawOrigin = async (t: TestContext, answer: RawAnswer): Promise<RawOrigin> => {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const server = createServer((socket) => {
    opened++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      received += chunk;
      for (let end = endOfRequest(received); end !== undefined; end = endOfRequest(received)) {
        const request = received.slice(0, end);
        received = received.slice(end);
        requests.push(request);
        answer(socket, request, requests.length);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  return { origin: `http://127.0.0.1:${port}`, port, requests, connections: () => opened, close };
};

/** An origin that answers only when told to. */
export const startSlowOrigin = async (
  t: TestContext,
): Promise<RawOrigin & { release(): void; readonly waiting: (() => void)[] }> => {
  const waiting: (() => void)[] = [];
  const origin = await startRawOrigin(t, (socket) => {
    waiting.push(() => socket.write(rawAnswer('200 OK', {}, 'late')));
  });
  return {
    ...origin,
    release: () => {
      for (const answer of waiting.splice(0)) answer();
    },
    waiting,
  };
};

const endOfRequest = (text: string): number | undefined => {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1];
  const end = head + 4 + Number(length ?? 0);
  return text.length >= end ? end : undefined;
};

/** The bytes of an answer with a right `Content-Length`. */
export const rawAnswer = (
  status: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Buffer => {
  const bytes = Buffer.from(body as string);
  const lines = Object.entries({ ...headers, 'content-length': String(bytes.byteLength) });
  const head = `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
};

export const rawJson = (
  status: string,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Buffer => rawAnswer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value));
