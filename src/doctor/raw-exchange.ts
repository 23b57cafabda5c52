import { connect } from 'node:net';

/** Milliseconds of silence behind a complete answer after which nothing more is expected. */
const silenceMs = 150;

/**
 * Writes bytes to a connection of its own and gives all that comes back, until the other side ends it, or is silent
 * behind an answer. Bytes are characters from 0 to 255.
 * @param patienceMs for everything
 * @param from another local address than the usual one; rate limits tell clients apart by it
 * @returns `undefined` when neither an answer nor an end came in time
 */
export const rawExchange = (
  url: string,
  bytes: string,
  patienceMs: number,
  from?: string,
): Promise<string | undefined> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: Number(port),
      ...(from === undefined ? {} : { localAddress: from }),
    });
    let text = '';
    let quiet: NodeJS.Timeout | undefined;
    const done = (answer: string | undefined): void => {
      clearTimeout(late);
      clearTimeout(quiet);
      socket.destroy();
      resolve(answer);
    };
    const late = setTimeout(() => done(text === '' ? undefined : text), patienceMs);
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
      clearTimeout(quiet);
      if (/^HTTP\/1\.1 [2-5]/m.test(text)) quiet = setTimeout(() => done(text), silenceMs);
    });
    // A reset behind an answer, or instead of one, ends a connection like any other end.
    socket.on('error', () => undefined).on('close', () => done(text));
    socket.write(Buffer.from(bytes, 'latin1'));
  });
