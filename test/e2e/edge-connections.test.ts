import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { startEdge } from '../support/edge.ts';
import { exchangeRaw, faultOf, oneAnswer, openRaw, statuses } from '../support/raw-client.ts';
import { rawAnswer, startRawOrigin, startSlowOrigin } from '../support/raw-origin.ts';

const get = (path = '/a', more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const okOrigin = (t: TestContext) =>
  startRawOrigin(t, (socket) => socket.write(rawAnswer('200 OK', {}, 'fine')));

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

describe('the edge bounds what a client may send', () => {
  test('too large a header section is 431 with our fault', async (t) => {
    const edge = await startEdge(t, { url: 'http://127.0.0.1:1' });
    const { text } = await exchangeRaw(edge.port, get('/a', `X-A: ${'a'.repeat(40_000)}\r\n`));
    assert.deepEqual(statuses(text), [431]);
    assert.equal(faultOf(text)['badRequest']?.code, 431);
    assert.deepEqual(edge.refused, ['headers-too-large']);
  });

  test('too many headers are 431 with our fault', async (t) => {
    const edge = await startEdge(t, { url: 'http://127.0.0.1:1' });
    const { text } = await exchangeRaw(edge.port, get('/a', 'a:\r\n'.repeat(300)));
    assert.deepEqual(statuses(text), [431]);
  });

  test('slow headers are 408 with our fault', async (t) => {
    const edge = await startEdge(t, { url: 'http://127.0.0.1:1', limits: { headersMs: 50 } });
    const { text } = await exchangeRaw(edge.port, 'GET /a HTTP/1.1\r\nHost');
    assert.deepEqual(statuses(text), [408]);
    assert.equal(faultOf(text)['badRequest']?.code, 408);
  });

  test('a connection that is not used is closed without a word', async (t) => {
    const origin = await okOrigin(t);
    const edge = await startEdge(t, { url: origin.origin, limits: { keepAliveMs: 30, idleMs: 60 } });
    const { text } = await exchangeRaw(edge.port, get());
    assert.deepEqual(statuses(text), [200]);
    const unused = await exchangeRaw(edge.port, '');
    assert.equal(unused.text, '');
  });

  test('a client that is refused while it still sends can read the refusal', async (t) => {
    const edge = await startEdge(t, { url: 'http://127.0.0.1:1', read: true, maxBytes: 1000 });
    const head = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n';
    const { text } = await exchangeRaw(edge.port, [head, Buffer.alloc(20_000_000, 'x')]);
    assert.deepEqual(statuses(text), [413]);
    assert.equal(faultOf(text)['overLimit']?.code, 413);
  });

  test('a client that waits to be invited is refused without sending its body', async (t) => {
    const edge = await startEdge(t, { url: 'http://127.0.0.1:1', read: true, maxBytes: 10 });
    const head = 'POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n';
    const { text } = await exchangeRaw(edge.port, head);
    assert.deepEqual(statuses(text), [413]);
  });

  test('what follows a request whose body was refused is not run', async (t) => {
    const origin = await okOrigin(t);
    const edge = await startEdge(t, { url: origin.origin, read: true, maxBytes: 10 });
    const post = `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n${'x'.repeat(20_000)}`;
    const { text } = await exchangeRaw(edge.port, post + get('/hidden'));
    assert.deepEqual(statuses(text), [413]);
    assert.deepEqual(origin.requests, []);
  });
});

describe('the edge drains', () => {
  test('answers what is in flight, tells clients to close, and cuts nobody', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin });
    const silent = openRaw(edge.port);
    const kept = openRaw(edge.port);
    kept.write(get('/before'));
    await until(() => origin.waiting.length === 1);
    const drained = edge.edge.drain(50, 5000);
    const during = exchangeRaw(edge.port, get('/during'));
    await until(() => origin.waiting.length === 2);
    origin.release();
    const { text } = await during;
    assert.deepEqual(statuses(text), [200]);
    assert.match(text, /connection: close/i);
    assert.equal(await drained, 0);
    assert.ok(oneAnswer(kept.received()));
    assert.equal(silent.received(), '');
    await assert.rejects(once(openRaw(edge.port), 'connect'));
  });

  test('cuts what does not end in time and says how many', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin });
    const stuck = exchangeRaw(edge.port, get());
    await until(() => origin.waiting.length === 1);
    assert.equal(await edge.edge.drain(0, 20), 1);
    assert.equal((await stuck).text, '');
    await until(() => edge.edge.connections === 0);
  });
});

describe('the edge upgrades', () => {
  const ask = get('/socket', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n');

  const webSocketOrigin = async (t: TestContext) => {
    const server = createServer((_req, res) => res.writeHead(403, { 'keep-alive': 'x' }).end('no'));
    server.on('upgrade', (req, socket) => {
      if (req.headers['x-forwarded-for'] === undefined || req.headers.via === undefined) socket.destroy();
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello ',
      );
      socket.on('data', (data) => socket.end(`got ${data}`)).on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.closeAllConnections());
    t.after(() => server.close());
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };

  test('joins client and upstream where the route allows it', async (t) => {
    const { url } = await webSocketOrigin(t);
    const edge = await startEdge(t, { url, upgrade: true });
    const client = openRaw(edge.port);
    client.write(ask);
    await until(() => client.received().endsWith('hello '));
    client.write('frames');
    await once(client, 'end');
    assert.match(
      client.received(),
      /^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*\r\n\r\nhello got frames$/,
    );
    client.end();
    await until(() => edge.outcomes.length === 1);
    assert.deepEqual(edge.outcomes[0], { kind: 'answered', status: 101 });
  });

  test('relays the refusal of the upstream like any answer', async (t) => {
    const { server, url } = await webSocketOrigin(t);
    server.removeAllListeners('upgrade');
    const edge = await startEdge(t, { url, upgrade: true });
    const { text } = await exchangeRaw(edge.port, ask);
    assert.match(text, /^HTTP\/1\.1 403 Forbidden\r\n/);
    assert.match(text, /via: 1\.1 images-gateway/i);
    assert.doesNotMatch(text, /keep-alive/i);
    assert.match(text, /no/);
  });
});
