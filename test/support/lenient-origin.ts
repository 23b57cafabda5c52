import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface LenientOrigin {
  readonly url: string;
  /** Every request as this server understood it: the request line, then all headers, then the body. */
  readonly requests: readonly { readonly line: string; readonly head: string; readonly body: string }[];
  /** The bytes of all connections, in the order they came. */
  readonly bytes: () => string;
}

/**
 * A server as careless as they come: it ends lines at a bare LF, joins folded headers, takes the last of several
 * lengths, prefers a length to chunks, knows chunks by the word anywhere in the header, and runs whatever follows
 * as the next request. If a hidden request can be made of what it is sent, it is found in `requests`.
 */
export const startLenientOrigin = async (
  t: TestContext,
  prefer: 'length' | 'chunks' = 'length',
): Promise<LenientOrigin> => {
  const requests: { line: string; head: string; body: string }[] = [];
  let bytes = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    let rest = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      bytes += chunk;
      rest += chunk;
      for (let next = takeRequest(rest, prefer); next !== undefined; next = takeRequest(rest, prefer)) {
        rest = next.rest;
        requests.push(next.request);
        const body = next.request.line;
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${next.request.line.startsWith('HEAD') ? '' : body}`,
        );
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, bytes: () => bytes };
};

const takeRequest = (text: string, prefer: 'length' | 'chunks') => {
  const start = /^[\r\n]*/.exec(text)?.[0].length ?? 0;
  const end = /\r?\n\r?\n/.exec(text.slice(start));
  if (end === null) return undefined;
  const section = text.slice(start, start + end.index).replace(/\r?\n[ \t]+/g, ' ');
  const [line = '', ...headers] = section.split(/\r?\n/);
  const rest = text.slice(start + end.index + end[0].length);
  const valuesOf = (name: string) =>
    headers
      .filter((header) => header.split(':')[0]?.trim().toLowerCase().replaceAll('_', '-') === name)
      .map((header) => header.slice(header.indexOf(':') + 1).trim());
  const length = Number.parseInt(valuesOf('content-length').at(-1) ?? '', 10);
  const chunked = valuesOf('transfer-encoding').some((value) => /chunked/i.test(value));
  const body =
    chunked && (prefer === 'chunks' || Number.isNaN(length))
      ? takeChunks(rest)
      : takeBytes(rest, Number.isNaN(length) ? 0 : length);
  if (body === undefined) return undefined;
  return { request: { line, head: headers.join('\n'), body: body.body }, rest: body.rest };
};

const takeBytes = (text: string, length: number) =>
  text.length < length ? undefined : { body: text.slice(0, length), rest: text.slice(length) };

const takeChunks = (text: string) => {
  let body = '';
  let rest = text;
  for (;;) {
    const line = /^([0-9a-f]+)[^\n]*\n/i.exec(rest);
    if (line === null) return undefined;
    const size = Number.parseInt(line[1] ?? '', 16);
    const from = line[0].length;
    if (size === 0) {
      const end = /^(?:[^\n]+\n)*\r?\n/.exec(rest.slice(from));
      return end === null ? undefined : { body, rest: rest.slice(from + end[0].length) };
    }
    if (rest.length < from + size + 2) return undefined;
    body += rest.slice(from, from + size);
    rest = rest.slice(from + size).replace(/^\r?\n/, '');
  }
};
