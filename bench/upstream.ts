/**
 * The service behind all proxies of the benchmark: answers at once, so that it is never what is waited for.
 * `node bench/upstream.ts` prints its address as one line.
 */
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { imageId, sampleAnswer } from './sample.ts';

const head = [
  'HTTP/1.1 200 OK',
  'Content-Type: application/json',
  `Content-Length: ${Buffer.byteLength(sampleAnswer)}`,
  'X-Openstack-Request-Id: req-a7b3db00-0692-473d-93d3-e330eabc58b1',
  'Date: Wed, 15 Jul 2015 16:21:10 GMT',
];
const answer = Buffer.from(`${head.join('\r\n')}\r\n\r\n${sampleAnswer}`, 'latin1');
const lengthField = /\r\ncontent-length: *(\d+)/i;

/** Speaks as much HTTP as the proxies need: requests with a Content-Length or none, one after the other. */
const small = createSocketServer({ noDelay: true }, (socket) => {
  let waiting = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    for (;;) {
      const end = waiting.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(lengthField.exec(waiting.toString('latin1', 0, end))?.[1] ?? 0);
      if (waiting.length < end + 4 + length) return;
      waiting = waiting.subarray(end + 4 + length);
      socket.write(answer);
    }
  });
});

/** Takes uploads of any size and gives downloads of `?bytes=`. */
const large = createServer((req, res) => {
  const bytes = Number(new URL(req.url ?? '/', 'http://x').searchParams.get('bytes') ?? 0);
  req.resume().on('end', () => {
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes });
    const piece = Buffer.alloc(65_536, imageId);
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

const portOf = (server: { address(): unknown }): number => (server.address() as { port: number }).port;

small.listen(0, '127.0.0.1', () =>
  large.listen(0, '127.0.0.1', () =>
    console.log(JSON.stringify({ small: portOf(small), large: portOf(large) })),
  ),
);
