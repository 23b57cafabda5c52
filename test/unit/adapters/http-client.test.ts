import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createHttpClient, type HttpClientOptions } from '../../../src/adapters/http-client.ts';
import { outageOf } from '../../../src/adapters/http-outage.ts';
import { type RawAnswer, rawAnswer, rawJson, startRawOrigin } from '../../support/raw-origin.ts';
import { onBusyMachine, until } from '../../support/until.ts';

const client = async (t: TestContext, answer: RawAnswer, more: Partial<HttpClientOptions> = {}) => {
  const origin = await startRawOrigin(t, answer);
  const http = createHttpClient({ origin: origin.origin, connections: 2, timeoutMs: 2000, ...more });
  t.after(() => http.close());
  return { http, origin };
};
const get = { method: 'GET', path: '/x?y=1' } as const;

/** @param unsent whether nothing of the request can have reached the origin, so that another one may be asked */
const failed = (reason: string, unsent = false) => ({ kind: 'failed', reason, unsent });

test('an answer comes back whole, with lower-case header names and repeated headers as a list', async (t) => {
  const { http, origin } = await client(t, (socket) =>
    socket.write(rawJson('200 OK', { a: 1 }, { 'X-One': 'a', 'x-two': 'b\r\nX-Two: c' })),
  );
  const answer = await http.request({ ...get, headers: { 'x-auth-token': 't' } });
  assert.equal(answer.kind, 'answered');
  if (answer.kind !== 'answered') return;
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['x-one'], 'a');
  assert.deepEqual(answer.headers['x-two'], ['b', 'c']);
  assert.equal(Buffer.from(answer.body).toString(), '{"a":1}');
  assert.match(origin.requests[0] ?? '', /^GET \/x\?y=1 HTTP\/1\.1\r\n/);
});

test('a request body is sent with its length', async (t) => {
  const { http, origin } = await client(t, (socket) => socket.write(rawAnswer('201 Created', {})));
  await http.request({ method: 'POST', path: '/p', body: '{"é":1}' });
  assert.match(origin.requests[0] ?? '', /content-length: 8\r\n/i);
});

test('a redirect is an answer, not a journey', async (t) => {
  const { http, origin } = await client(t, (socket) =>
    socket.write(rawAnswer('302 Found', { location: '/y' })),
  );
  assert.equal(((await http.request(get)) as { status: number }).status, 302);
  assert.equal(origin.requests.length, 1);
});

test('an origin that never answers is a timeout, in the time given', async (t) => {
  const { http } = await client(t, () => {});
  const begun = performance.now();
  assert.deepEqual(await http.request({ ...get, timeoutMs: 40 }), failed('timeout'));
  assert.ok(performance.now() - begun < onBusyMachine(1000));
});

test('time spent waiting for a free socket counts', async (t) => {
  const { http, origin } = await client(t, () => {}, { connections: 1, timeoutMs: 60_000 });
  const holder = http.request(get);
  await until(() => origin.requests.length === 1, 'the only socket is taken');
  assert.deepEqual(await http.request({ ...get, timeoutMs: 40 }), failed('timeout', true));
  assert.equal(origin.requests.length, 1);
  await http.close();
  assert.equal((await holder).kind, 'failed');
});

test('a signal ends the exchange, before it begins too', async (t) => {
  const { http } = await client(t, () => {});
  const stop = new AbortController();
  const pending = http.request({ ...get, signal: stop.signal });
  stop.abort();
  assert.deepEqual(await pending, failed('timeout', true));
  assert.deepEqual(await http.request({ ...get, signal: stop.signal }), failed('timeout', true));
});

test('a body beyond the bound is refused, declared or not', async (t) => {
  const big = 'x'.repeat(200);
  const { http } = await client(t, (socket, _request, count) =>
    socket.write(
      count === 1
        ? rawAnswer('200 OK', {}, big)
        : `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nc8\r\n${big}\r\n`,
    ),
  );
  for (let n = 0; n < 2; n++) {
    assert.deepEqual(await http.request({ ...get, maxBytes: 100 }), failed('bounds'));
  }
});

const failures: readonly (readonly [string, RawAnswer, string])[] = [
  ['a connection closed before the answer', (socket) => socket.destroy(), 'reset'],
  [
    'an answer cut in its body',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
    'reset',
  ],
  [
    'an answer cut in a chunk',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nha'),
    'reset',
  ],
  ['an answer that is not HTTP', (socket) => socket.end('hello, who is there?\r\n\r\n'), 'malformed'],
  [
    'a header section without end',
    (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`),
    'bounds',
  ],
];
for (const [name, answer, reason] of failures) {
  test(`${name} is "${reason}"`, async (t) => {
    const { http } = await client(t, answer);
    assert.deepEqual(await http.request(get), failed(reason));
  });
}

test('a port where nobody listens is "refused"', async (t) => {
  const { http, origin } = await client(t, () => {});
  await origin.close();
  assert.deepEqual(await http.request(get), failed('refused', true));
});

test('a name that does not resolve is "dns"', async (t) => {
  const http = createHttpClient({
    origin: 'http://keystone.invalid:5000',
    connections: 1,
    timeoutMs: 2000,
    lookup: (_name, _options, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), '', 4),
  });
  t.after(() => http.close());
  assert.deepEqual(await http.request(get), failed('dns', true));
});

test('an origin that does not speak TLS is "tls" to an https client', async (t) => {
  const plain = createServer((socket) => {
    socket
      .on('error', () => socket.destroy())
      .on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  }).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const origin = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  const http = createHttpClient({ origin, connections: 1, timeoutMs: 2000 });
  t.after(() => Promise.all([http.close(), plain.close()]));
  assert.deepEqual(await http.request(get), failed('tls', true));
});

test('after close every request fails at once', async (t) => {
  const { http } = await client(t, () => {});
  await http.close();
  assert.deepEqual(await http.request(get), failed('reset', true));
});

test('errors are told by code, through causes, never by text', () => {
  assert.equal(outageOf(Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })), 'tls');
  assert.equal(
    outageOf(new Error('outer', { cause: Object.assign(new Error('x'), { code: 'EAI_AGAIN' }) })),
    'dns',
  );
  assert.equal(outageOf(new Error('ECONNREFUSED')), 'reset');
  assert.equal(outageOf(undefined), 'reset');
});

test('a path in the origin goes before the path of each request', async (t) => {
  const origin = await startRawOrigin(t, (socket) => socket.write(rawAnswer('200 OK', {})));
  const http = createHttpClient({ origin: `${origin.origin}/identity/`, connections: 1, timeoutMs: 2000 });
  t.after(() => http.close());
  await http.request(get);
  assert.match(origin.requests[0] ?? '', /^GET \/identity\/x\?y=1 /);
});
