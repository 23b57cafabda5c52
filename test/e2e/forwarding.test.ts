import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { canonicalTarget } from '../../src/pipeline/canonical-path.ts';
import { startEdge } from '../support/edge.ts';
import { exchangeRaw, statuses } from '../support/raw-client.ts';
import { startRawOrigin } from '../support/raw-origin.ts';

const startOrigin = async (t: TestContext, answer: (req: IncomingMessage, res: ServerResponse) => void) => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Says back what it was asked: request line, headers that a client could have sent, and the body in hexadecimal. */
const echo = (req: IncomingMessage, res: ServerResponse): void => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const { method, url, headers } = req;
    res.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('hex') }));
  });
};

const ask = (
  port: number,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: Uint8Array },
) =>
  new Promise<{ res: IncomingMessage; body: Buffer }>((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', agent: false, ...options }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
      res.on('end', () => resolve({ res, body: Buffer.concat(chunks) }));
    });
    outgoing.on('error', reject).end(options.body);
  });

for (const read of [true, false]) {
  describe(`what leaves is what was judged, with bodies ${read ? 'read' : 'streamed'}`, () => {
    test('byte for byte: method, target and body', async (t) => {
      const edge = await startEdge(t, { url: await startOrigin(t, echo), read });
      const segment = fc.string({
        unit: fc.constantFrom(..."abZ09-._~!$&'()*+,=:@".split(''), '%20', '%C3%BC', '%22'),
        minLength: 1,
        maxLength: 8,
      });
      const query = fc.string({
        unit: fc.constantFrom(...'abZ09-._~!$&\'()*+,=:@/?{}[]|"<>^`\\%'.split(''), '%2f'),
        maxLength: 12,
      });
      const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');
      await fc.assert(
        fc.asyncProperty(
          methods,
          fc.array(segment, { maxLength: 4 }),
          query,
          fc.uint8Array({ maxLength: 40 }),
          fc.boolean(),
          async (method, segments, search, body, chunks) => {
            const target = canonicalTarget(`/${segments.join('/')}?${search}`);
            if (target.kind === 'refused') return;
            const path = target.path + target.query;
            const headers: Record<string, string> = chunks
              ? { 'transfer-encoding': 'chunked' }
              : { 'content-length': String(body.length) };
            const { res, body: said } = await ask(edge.port, { method, path, headers, body });
            assert.equal(res.statusCode, 200);
            const got = JSON.parse(said.toString());
            assert.equal(got.method, method);
            assert.equal(got.url, path);
            assert.equal(got.body, Buffer.from(body).toString('hex'));
            // Never chunks for a body in memory: Nova takes a chunked body for an empty one.
            if (read) assert.equal(got.headers['transfer-encoding'], undefined);
          },
        ),
        { numRuns: 150 },
      );
    });

    test('behind the base path of the upstream', async (t) => {
      const edge = await startEdge(t, { url: `${await startOrigin(t, echo)}/image/`, read });
      const { body } = await ask(edge.port, {
        method: 'POST',
        path: '/v2/images?a=b',
        body: Buffer.from('x'),
      });
      assert.equal(JSON.parse(body.toString()).url, '/image/v2/images?a=b');
    });

    test('headers as they came, and repeated ones', async (t) => {
      const edge = await startEdge(t, {
        url: await startOrigin(t, (req, res) => res.end(JSON.stringify(req.rawHeaders))),
        read,
      });
      const head =
        'POST / HTTP/1.1\r\nHost: api.example:99\r\nX-A: 1\r\nx-a: 2\r\nCookie: \xfc\r\nX-Roles: admin\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx';
      const { text } = await exchangeRaw(edge.port, head);
      const raw: string[] = JSON.parse(/\[.*\]/.exec(text)?.[0] ?? '[]');
      const fields = raw.flatMap((name, index) =>
        index % 2 === 0 ? [`${name.toLowerCase()}: ${raw[index + 1]}`] : [],
      );
      const kept = fields.filter((field) => !/^(?:connection|keep-alive|content-length)/.test(field)).sort();
      assert.deepEqual(kept, [
        'cookie: Ã¼',
        'host: api.example:99',
        'via: 1.1 images-gateway',
        'x-a: 1',
        'x-a: 2',
        'x-forwarded-for: 127.0.0.1',
        'x-forwarded-proto: http',
      ]);
      assert.ok(fields.includes('content-length: 1'));
    });
  });
}

describe('what comes back is what the upstream said', () => {
  test('status, reason, header case and repetitions', async (t) => {
    const origin = await startRawOrigin(t, (socket) => {
      socket.write(
        'HTTP/1.1 299 Almost\r\nVary: A\r\nvary: B\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nX-tHing: \xfc\r\nContent-Length: 2\r\n\r\nok',
        'latin1',
      );
    });
    const edge = await startEdge(t, { url: origin.origin, responseHeaders: { ratelimit: '1' } });
    const { text } = await exchangeRaw(edge.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(
      text,
      /^HTTP\/1\.1 299 Almost\r\nVary: A\r\nvary: B\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nX-tHing: \xfc\r\nContent-Length: 2\r\nVia: 1\.1 images-gateway\r\nratelimit: 1\r\n/,
    );
    assert.match(text, /\r\n\r\nok$/);
  });

  test('to a client of HTTP/1.0 without chunks', async (t) => {
    const origin = await startRawOrigin(t, (socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'),
    );
    const edge = await startEdge(t, { url: origin.origin });
    const { text } = await exchangeRaw(edge.port, 'GET / HTTP/1.0\r\n\r\n');
    assert.doesNotMatch(text, /chunked/i);
    assert.match(text, /\r\n\r\nok$/);
  });

  test('to HEAD with the length of the body that is not sent', async (t) => {
    const origin = await startRawOrigin(t, (socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'),
    );
    const edge = await startEdge(t, { url: origin.origin });
    const heads = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const { text } = await exchangeRaw(edge.port, heads);
    assert.deepEqual(statuses(text), [200, 200]);
    assert.match(text, /Content-Length: 10/);
  });

  const large = randomBytes(8_000_000);
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  test('to a slow reader, without holding the whole body in memory', async (t) => {
    // More than the kernel's buffers of four sockets hold.
    const size = 60_000_000;
    let written = 0;
    const url = await startOrigin(t, (_req, res) => {
      const more = (): void => {
        while (written < size) {
          const piece = large.subarray(0, Math.min(large.length, size - written));
          written += piece.length;
          if (!res.write(piece)) return void res.once('drain', more);
        }
        res.end();
      };
      more();
    });
    const edge = await startEdge(t, { url, timeoutMs: 200 });
    const client = connect(edge.port, '127.0.0.1');
    client.write('GET / HTTP/1.0\r\n\r\n');
    await once(client, 'readable');
    // Longer than the upstream's time: a client that does not read is not the upstream's fault.
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(written < size, 'all of it was taken from the upstream');
    let received = 0;
    client.on('data', (chunk) => {
      received += chunk.length;
    });
    await once(client, 'end');
    assert.ok(received > size);
    assert.deepEqual(edge.outcomes, [{ kind: 'answered', status: 200 }]);
  });

  test('a large upload streams to the upstream, which may take its time between the pieces', async (t) => {
    const url = await startOrigin(t, (req, res) => {
      const hash = createHash('sha256');
      req.on('data', (chunk) => hash.update(chunk)).on('end', () => res.end(hash.digest('hex')));
    });
    const edge = await startEdge(t, { url, timeoutMs: 200 });
    const { body } = await ask(edge.port, { method: 'PUT', body: large });
    assert.equal(body.toString(), digest(large));
  });

  test('an answer that comes before the upload is through reaches the client', async (t) => {
    const url = await startOrigin(t, (req, res) => {
      res.writeHead(413).end('too much');
      req.resume();
    });
    const edge = await startEdge(t, { url });
    const { text } = await exchangeRaw(edge.port, [
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n',
      large.subarray(0, 4_000_000),
    ]);
    assert.deepEqual(statuses(text), [413]);
    assert.match(text, /too much/);
  });

  test('a client that is slow to send is not the fault of the upstream', async (t) => {
    const edge = await startEdge(t, { url: await startOrigin(t, echo), timeoutMs: 50 });
    const client = connect(edge.port, '127.0.0.1');
    client.write('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\na');
    await new Promise((resolve) => setTimeout(resolve, 200));
    client.write('b');
    const [answer] = await once(client, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 200 /);
    client.destroy();
  });
});
