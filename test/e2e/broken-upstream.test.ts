import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { brokenAnswers } from '../support/broken-answers.ts';
import { startEdge } from '../support/edge.ts';
import { exchangeRaw, faultOf, openRaw, statuses } from '../support/raw-client.ts';
import { rawAnswer, startRawOrigin } from '../support/raw-origin.ts';

const requests = {
  'a read': 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'a judged write': 'DELETE /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
  'a streamed write': 'POST /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
};

const bodyOf = (text: string): string => {
  const end = text.indexOf('\r\n\r\n');
  const body = text.slice(end + 4);
  return /transfer-encoding: chunked/i.test(text.slice(0, end))
    ? body.replace(/[0-9a-f]+\r\n(.*)\r\n/g, '$1').replace(/\r\n$/, '')
    : body;
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

for (const [kind, request] of Object.entries(requests)) {
  describe(`an upstream that answers ${kind} badly`, () => {
    for (const [name, bytes, then, end] of brokenAnswers) {
      test(`with ${name}`, async (t) => {
        const origin = await startRawOrigin(t, (socket, _request, count) => {
          if (count > 1) return socket.write(rawAnswer('200 OK', {}, 'second'));
          if (bytes !== '') socket.write(Buffer.from(bytes, 'latin1'));
          if (then === 'end') socket.end();
          // The bytes before it must have left, or the kernel throws them away with the reset.
          if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 10);
          return undefined;
        });
        const edge = await startEdge(t, { url: origin.origin, timeoutMs: 100 });
        const { text, reset } = await exchangeRaw(edge.port, request);

        if (end === 'cut' || (typeof end === 'object' && end.loose && reset)) {
          assert.ok(reset || statuses(text)[0] === 502, text);
          assert.doesNotMatch(text, /\r\n0\r\n\r\n$/);
        } else if (typeof end === 'number') {
          assert.deepEqual(statuses(text), [end], text);
          assert.equal(faultOf(text)['computeFault']?.code, end);
        } else {
          assert.deepEqual(statuses(text), [end.status], text);
          assert.equal(bodyOf(text), end.body);
          assert.doesNotMatch(text, /hidden|X-I|X-T/);
        }
        const next = await exchangeRaw(edge.port, requests['a read']);
        assert.deepEqual(statuses(next.text), [200]);
        assert.equal(bodyOf(next.text), 'second');
        if (kind !== 'a read')
          assert.equal(origin.requests.filter((sent) => !sent.startsWith('GET')).length, 1);
      });
    }
  });
}

describe('an upstream that is not there', () => {
  const port = async (): Promise<number> => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  for (const [kind, request] of Object.entries(requests)) {
    test(`makes ${kind} a 502 when the connection is refused`, async (t) => {
      const edge = await startEdge(t, { url: `http://127.0.0.1:${await port()}` });
      const { text } = await exchangeRaw(edge.port, request);
      assert.deepEqual(statuses(text), [502]);
      assert.match(faultOf(text)['computeFault']?.message ?? '', /cannot be reached/);
      assert.equal(edge.forwarder.health()['origin']?.failuresInARow, 1);
    });

    test(`makes ${kind} a 502 when the name is unknown`, async (t) => {
      const edge = await startEdge(t, { url: 'http://nobody.invalid' });
      const { text } = await exchangeRaw(edge.port, request);
      assert.deepEqual(statuses(text), [502]);
      assert.match(faultOf(text)['computeFault']?.message ?? '', /cannot be found|cannot be reached/);
    });
  }
});

describe('a connection that the upstream closed while it was idle', () => {
  /** Answers the first request and resets the connection on the second one it carries. */
  const staleOrigin = (t: TestContext) => {
    const used = new WeakSet<object>();
    return startRawOrigin(t, (socket, request) => {
      if (used.has(socket)) return socket.resetAndDestroy();
      used.add(socket);
      return socket.write(rawAnswer('200 OK', {}, request.startsWith('HEAD') ? '' : 'fresh'));
    });
  };

  for (const method of ['GET', 'HEAD']) {
    test(`is not noticed by a ${method}, which is sent once more`, async (t) => {
      const origin = await staleOrigin(t);
      const edge = await startEdge(t, { url: origin.origin, connections: 1 });
      await exchangeRaw(edge.port, requests['a read']);
      const { text } = await exchangeRaw(edge.port, requests['a read'].replace('GET', method));
      assert.deepEqual(statuses(text), [200]);
      assert.equal(origin.requests.length, 3);
    });
  }

  test('makes a write a 502, and it is never sent twice', async (t) => {
    const origin = await staleOrigin(t);
    const edge = await startEdge(t, { url: origin.origin, connections: 1 });
    await exchangeRaw(edge.port, requests['a read']);
    const { text } = await exchangeRaw(edge.port, requests['a judged write']);
    assert.deepEqual(statuses(text), [502]);
    assert.match(
      faultOf(text)['computeFault']?.message ?? '',
      /Whether the request took effect is not known/,
    );
    assert.equal(origin.requests.length, 2);
  });

  test('makes a GET that fails on a new connection a 502 without another try', async (t) => {
    const origin = await startRawOrigin(t, (socket) => socket.resetAndDestroy());
    const edge = await startEdge(t, { url: origin.origin });
    assert.deepEqual(statuses((await exchangeRaw(edge.port, requests['a read'])).text), [502]);
    assert.equal(origin.requests.length, 1);
  });
});

describe('a client that goes away', () => {
  for (const [kind, request] of Object.entries(requests)) {
    test(`ends ${kind} at the upstream`, async (t) => {
      let gone = false;
      const origin = await startRawOrigin(t, (socket) =>
        socket.on('close', () => {
          gone = true;
        }),
      );
      const edge = await startEdge(t, { url: origin.origin });
      const client = openRaw(edge.port);
      client.write(request);
      await until(() => origin.requests.length === 1);
      client.destroy();
      await until(() => gone && edge.outcomes.length === 1);
      assert.deepEqual(edge.outcomes, [{ kind: 'client-gone', status: undefined }]);
    });
  }
});

test('an upstream that closes after every answer is not offered a used connection', async (t) => {
  const origin = await startRawOrigin(t, (socket, request) =>
    socket.end(request.startsWith('GET') ? 'HTTP/1.1 200 OK\r\n\r\nabc' : 'HTTP/1.1 204 No Content\r\n\r\n'),
  );
  const edge = await startEdge(t, { url: origin.origin, connections: 1 });
  for (let round = 0; round < 5; round++) {
    assert.deepEqual(statuses((await exchangeRaw(edge.port, requests['a read'])).text), [200]);
    assert.deepEqual(statuses((await exchangeRaw(edge.port, requests['a judged write'])).text), [204]);
    assert.deepEqual(statuses((await exchangeRaw(edge.port, requests['a judged write'])).text), [204]);
  }
});
