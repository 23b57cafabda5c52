/** Requests that come before the answer to an earlier one: each is answered in its turn, whatever it asks for. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { startEdge } from '../support/edge.ts';
import { exchangeRaw, openRaw, statuses } from '../support/raw-client.ts';
import { rawAnswer, startRawOrigin, startSlowOrigin } from '../support/raw-origin.ts';

const get = (path = '/a', more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

describe('the edge keeps the order of answers', () => {
  test('many pipelined requests are answered in their order', async (t) => {
    const origin = await startRawOrigin(t, (socket, request) => {
      const path = request.split(' ')[1] ?? '';
      setTimeout(() => socket.write(rawAnswer('200 OK', {}, path)), path.endsWith('0') ? 20 : 0);
    });
    const edge = await startEdge(t, { url: origin.origin });
    const paths = Array.from({ length: 20 }, (_, index) => `/n${index}`);
    const bytes = paths.map((path) => get(path)).join('') + get('/last', 'Connection: close\r\n');
    const { text } = await exchangeRaw(edge.port, bytes);
    assert.deepEqual([...text.matchAll(/\/n\d+|\/last/g)].map(String), [...paths, '/last']);
  });

  test('a small body that a refusal left unread is read past, and is no request', async (t) => {
    const origin = await startRawOrigin(t, (socket) => socket.write(rawAnswer('200 OK', {}, 'fine')));
    const edge = await startEdge(t, { url: origin.origin });
    const hidden = get('/hidden');
    const post = `POST /a%2f HTTP/1.1\r\nHost: a\r\nContent-Length: ${hidden.length}\r\n\r\n`;
    const { text } = await exchangeRaw(edge.port, post + hidden + get('/b', 'Connection: close\r\n'));
    assert.deepEqual(statuses(text), [400, 200]);
    assert.deepEqual(
      origin.requests.map((request) => request.split(' ')[1]),
      ['/b'],
    );
  });

  const invited = 'Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n';

  test('an invitation is never written into an answer that waits for its turn', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin });
    const exchange = exchangeRaw(edge.port, `${get()}POST /b HTTP/1.1\r\nHost: a\r\n${invited}\r\nabc`);
    await until(() => origin.waiting.length === 2);
    origin.waiting.pop()?.();
    await until(() => edge.outcomes.length === 1);
    origin.release();
    const { text } = await exchange;
    assert.deepEqual(statuses(text), [200, 200]);
    assert.equal(text.match(/\r\n\r\nlate/g)?.length, 2, text);
  });

  test('a client that waits to be invited behind another request is invited when its turn comes', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin });
    const client = openRaw(edge.port);
    client.write(`${get()}POST /b HTTP/1.1\r\nHost: a\r\n${invited}\r\n`);
    await until(() => origin.waiting.length === 1);
    origin.release();
    await until(() => statuses(client.received()).includes(100));
    client.write('abc');
    await until(() => origin.waiting.length === 1);
    origin.release();
    await once(client, 'close');
    assert.deepEqual(statuses(client.received()), [200, 100, 200]);
  });

  test('an upgrade behind a request that waits for its answer is an ordinary request', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin, upgrade: true });
    const asked = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    const exchange = exchangeRaw(edge.port, get() + get('/ws', asked) + get('/hidden'));
    await until(() => origin.waiting.length === 2);
    origin.release();
    const { text } = await exchange;
    assert.deepEqual(statuses(text), [200, 200]);
    assert.match(text, /\r\nConnection: close\r\n\r\nlate$/);
    assert.doesNotMatch(origin.requests.join(), /upgrade/i);
  });

  test('a CONNECT behind a request that waits for its answer does not get that answer', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin });
    const exchange = exchangeRaw(
      edge.port,
      `${get()}CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n${get('/hidden')}`,
    );
    await until(() => origin.waiting.length === 1);
    await until(() => edge.refused.length === 1);
    origin.release();
    assert.deepEqual(statuses((await exchange).text), [200]);
    assert.equal(origin.requests.length, 1);
  });

  test('a client that pipelines without end is cut off', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin });
    const { text } = await exchangeRaw(edge.port, get().repeat(200));
    assert.equal(text, '');
    await until(() => edge.outcomes.length === edge.refused.length + 101);
  });

  test('a sound request is answered although broken bytes follow it', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin });
    const exchange = exchangeRaw(edge.port, `${get()}\0\0\0`);
    await until(() => origin.waiting.length === 1);
    origin.release();
    assert.deepEqual(statuses((await exchange).text), [200]);
  });

  test('the upstream request of a pipelining client that left is ended', async (t) => {
    const origin = await startSlowOrigin(t);
    const edge = await startEdge(t, { url: origin.origin });
    const client = openRaw(edge.port);
    client.write(get('/first') + get('/second'));
    await until(() => origin.waiting.length === 2);
    client.destroy();
    await until(() => edge.outcomes.length === 2);
    assert.deepEqual(
      edge.outcomes.map(({ kind }) => kind),
      ['client-gone', 'client-gone'],
    );
  });
});
