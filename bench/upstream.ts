/**
 * The services behind all proxies of the benchmark: they answer at once, so that it is never they who are waited for.
 * `node bench/upstream.ts` prints its addresses as one line.
 */
import { createServer } from 'node:http';
import { createServer as createSocketServer, type Server } from 'node:net';
import { imageId, readerToken, sampleAnswer, unknownToken } from './sample.ts';

/** Addresses, each `http://127.0.0.1:PORT`. */
export interface UpstreamPlaces {
  /** Answers every write with the seed's sample. */
  readonly small: string;
  /** Takes uploads of any size, and gives downloads of `?bytes=`. */
  readonly large: string;
  /** Tells back, as JSON, the head that it was asked with. */
  readonly echo: string;
  /** A Keystone that knows all tokens but one. */
  readonly identity: string;
}

const rawAnswer = (status: string, body: string): Buffer => {
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Openstack-Request-Id: req-a7b3db00-0692-473d-93d3-e330eabc58b1',
    'Date: Wed, 15 Jul 2015 16:21:10 GMT',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
};

const lengthField = /\r\ncontent-length: *(\d+)/i;

/** Speaks as much HTTP as the proxies need: requests with a Content-Length or none, one after the other. */
const rawServer = (answerTo: (head: string) => Buffer): Server =>
  createSocketServer({ noDelay: true }, (socket) => {
    let waiting: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      for (;;) {
        const end = waiting.indexOf('\r\n\r\n');
        if (end === -1) return;
        const head = waiting.toString('latin1', 0, end);
        const length = Number(lengthField.exec(head)?.[1] ?? 0);
        if (waiting.length < end + 4 + length) return;
        waiting = waiting.subarray(end + 4 + length);
        socket.write(answerTo(head));
      }
    });
  });

const answer = rawAnswer('200 OK', sampleAnswer);
const small = rawServer(() => answer);
const echo = rawServer((head) => rawAnswer('200 OK', JSON.stringify({ head })));

const named = (name: string) => ({ id: `${name}-1`, name, domain: { id: 'default', name: 'Default' } });
const tokenAnswer = (...roles: readonly string[]): Buffer =>
  rawAnswer(
    '200 OK',
    JSON.stringify({
      token: {
        methods: ['password'],
        user: named('user'),
        project: named('project'),
        roles: roles.map((name) => ({ id: `role-${name}`, name })),
        audit_ids: ['fQS62hvmQMW-g5lfpl3kuw'],
        is_domain: false,
        issued_at: '2026-11-23T14:23:40.000000Z',
        expires_at: '2199-01-01T00:00:00.000000Z',
      },
    }),
  );
const member = tokenAnswer('member');
const reader = tokenAnswer('reader');
const unknown = rawAnswer('404 NOT FOUND', JSON.stringify({ error: { code: 404, title: 'Not Found' } }));

const identity = rawServer((head) => {
  const token = /\r\nx-subject-token: *(\S+)/i.exec(head)?.[1];
  if (token === unknownToken) return unknown;
  return token === readerToken ? reader : member;
});

const piece = Buffer.alloc(65_536, imageId);
const large = createServer((req, res) => {
  const bytes = Number(new URL(req.url ?? '/', 'http://x').searchParams.get('bytes') ?? 0);
  req.resume().on('end', () => {
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes });
    let left = bytes;
    const go = (): void => {
      while (left > 0) {
        const part = left >= piece.length ? piece : piece.subarray(0, left);
        left -= part.length;
        if (!res.write(part)) return void res.once('drain', go);
      }
      res.end();
    };
    go();
  });
});

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
    );
  });

const places: UpstreamPlaces = {
  small: await listening(small),
  large: await listening(large),
  echo: await listening(echo),
  identity: await listening(identity),
};
console.log(JSON.stringify(places));
