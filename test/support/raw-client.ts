import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';

/** All that came back on one connection, as latin1 text, once the other side ended or cut it. */
export interface Received {
  readonly text: string;
  /** The connection was reset rather than ended. */
  readonly reset: boolean;
}

/** How to get a connection to a port: `tlsDial` is the other way. */
export type Dial = (port: number) => Socket;

const plainly: Dial = (port) => connect(port, '127.0.0.1');

/** Over TLS. @param options e.g. `ca`, `servername`, `cert` and `key` */
export const tlsDial =
  (options: ConnectionOptions): Dial =>
  (port) =>
    tlsConnect({ port, host: '127.0.0.1', ALPNProtocols: ['http/1.1'], ...options });

/** Writes bytes to a port and gives what comes back until the connection ends, or until `enough` says so. */
export const exchangeRaw = (
  port: number,
  bytes: string | Uint8Array | readonly (string | Uint8Array)[],
  enough?: (text: string) => boolean,
  dial: Dial = plainly,
): Promise<Received> =>
  new Promise((resolve) => {
    const socket = dial(port);
    let text = '';
    let reset = false;
    const pieces = Array.isArray(bytes) ? bytes : [bytes];
    for (const piece of pieces)
      socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
      if (enough?.(text)) socket.destroy();
    });
    socket.on('error', () => {
      reset = true;
    });
    socket.on('close', () => resolve({ text, reset }));
    socket.setTimeout(5000, () => socket.destroy(new Error('nothing more came for five seconds')));
  });

/** One complete answer is there: by its length, its chunks, or a status without a body. */
export const oneAnswer = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const head = text.slice(0, end).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  if (head.includes('\r\ntransfer-encoding: chunked'))
    return text.endsWith('\r\n0\r\n\r\n') || text.includes('\r\n\r\n0\r\n\r\n');
  return /^http\/1\.1 (?:204|304)/.test(head);
};

/** The status codes of all answers in a text. */
export const statuses = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1]));

/** The JSON body of the first answer. */
export const faultOf = (text: string): Record<string, { code: number; message: string; details: string }> =>
  JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));

/** A connection for tests that need to write step by step. */
export const openRaw = (port: number): Socket & { received: () => string } => {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  return Object.assign(socket, { received: () => text });
};
