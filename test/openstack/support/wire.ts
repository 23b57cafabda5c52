import { connect } from 'node:net';

/** An answer as it stood on the wire, its body freed of chunks. */
export interface WireAnswer {
  /** 0: the connection ended without an answer. */
  readonly status: number;
  readonly reason: string;
  /** Names in their own case, in order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface WireRequest {
  readonly method: string;
  /** Sent byte for byte. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array | undefined;
  /** Default: the body's true length is announced. `chunked`: in chunks. `none`: nothing is added. */
  readonly framing?: 'length' | 'chunked' | 'none' | undefined;
  /** Default `HTTP/1.1`. */
  readonly version?: string | undefined;
}

/** Sends one request byte for byte, on a connection of its own, and reads all that comes back. */
export const onWire = (base: string, request: WireRequest): Promise<WireAnswer> =>
  new Promise((resolve) => {
    const { hostname, port, host } = new URL(base);
    const socket = connect(Number(port), hostname);
    const chunks: Uint8Array[] = [];
    const done = () => resolve(parseAnswer(Buffer.concat(chunks).toString('latin1')));
    socket.on('data', (data) => {
      const chunk = typeof data === 'string' ? Buffer.from(data) : data;
      chunks.push(chunk);
      // An answer without a body, on a connection that may stay open all the same.
      if (/^HTTP\/1\.[01] (?:204|304)(?:.|\r|\n)*\r\n\r\n/.test(chunk.toString('latin1'))) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', done);
    socket.setTimeout(40_000, () => socket.destroy());
    socket.write(requestBytes(host, request));
  });

const requestBytes = (host: string, request: WireRequest): Buffer => {
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : Buffer.from(request.body ?? []);
  const framing = request.framing ?? 'length';
  const lines = [
    `${request.method} ${request.target} ${request.version ?? 'HTTP/1.1'}`,
    `Host: ${host}`,
    'Connection: close',
  ];
  for (const [name, value] of request.headers) lines.push(`${name}: ${value}`);
  if (framing === 'length' && request.body !== undefined) lines.push(`Content-Length: ${body.length}`);
  if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
  return Buffer.concat([head, framing === 'chunked' ? inChunks(body) : body]);
};

const inChunks = (body: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> => {
  const parts: Buffer<ArrayBuffer>[] = [];
  for (let at = 0; at < body.length; at += 50) {
    const part = body.subarray(at, at + 50);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
};

/** Interim answers (1xx) are passed over. */
const parseAnswer = (received: string): WireAnswer => {
  const text = received.replace(/^(?:HTTP\/1\.[01] 1\d\d.*\r\n(?:.+\r\n)*\r\n)+/, '');
  const end = text.indexOf('\r\n\r\n');
  const first = /^HTTP\/1\.[01] (\d{3}) ?([^\r\n]*)/.exec(text);
  if (first === null || end === -1) return { status: 0, reason: '', headers: [], body: text };
  const headers = text
    .slice(0, end)
    .split('\r\n')
    .slice(1)
    .map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ]);
  const chunked = headers.some(
    ([name, value]) => /^transfer-encoding$/i.test(name) && /chunked/i.test(value),
  );
  const rest = text.slice(end + 4);
  const body = Buffer.from(chunked ? withoutChunks(rest) : rest, 'latin1').toString('utf8');
  return { status: Number(first[1]), reason: first[2] ?? '', headers, body };
};

const withoutChunks = (text: string): string => {
  let body = '';
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, line), 16);
    if (line === -1 || !(size > 0)) return body;
    body += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
};
