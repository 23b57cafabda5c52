import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { Watchdog } from '../../../src/core/watchdog.ts';
import { bodyFraming, readBody } from '../../../src/pipeline/body.ts';

interface Arrival {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly client: Socket;
}

/** Sends the head and hands back the request as the server sees it. */
const arrive = async (t: TestContext, head: string): Promise<Arrival> => {
  const server = createServer();
  // A client that leaves or breaks the framing is the point of some tests.
  server.on('clientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  t.after(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  client.write(head);
  const [req, res] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  return { req, res, client };
};

const post = (more: string): string => `POST / HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('readBody', () => {
  test('gives no bytes at once for a request without a body', async (t) => {
    const { req } = await arrive(t, post(''));
    assert.deepEqual(bodyFraming(req), { kind: 'none' });
    assert.deepEqual(await readBody(req, { maxBytes: 0 }), { kind: 'complete', bytes: new Uint8Array(0) });
  });

  test('takes a length of zero for no body', async (t) => {
    const { req } = await arrive(t, post('Content-Length: 0\r\n'));
    assert.deepEqual(bodyFraming(req), { kind: 'none' });
  });

  test('joins a sized body that comes in pieces', async (t) => {
    const { req, client } = await arrive(t, `${post('Content-Length: 6\r\n')}ab`);
    assert.deepEqual(bodyFraming(req), { kind: 'sized', bytes: 6 });
    const reading = readBody(req, { maxBytes: 6 });
    await once(req, 'data');
    client.write('cdef');
    const read = await reading;
    assert.ok(read.kind === 'complete');
    assert.equal(text(read.bytes), 'abcdef');
  });

  test('refuses a declared length over the bound without reading', async (t) => {
    const { req } = await arrive(t, post('Content-Length: 7\r\n'));
    assert.deepEqual(await readBody(req, { maxBytes: 6 }), { kind: 'too-large' });
  });

  test('counts the real bytes of a chunked body', async (t) => {
    const head = post('Transfer-Encoding: chunked\r\n');
    const fits = await arrive(t, `${head}3\r\nabc\r\n3;x=y\r\ndef\r\n0\r\nTrailer: x\r\n\r\n`);
    assert.deepEqual(bodyFraming(fits.req), { kind: 'chunked' });
    const read = await readBody(fits.req, { maxBytes: 6 });
    assert.ok(read.kind === 'complete');
    assert.equal(text(read.bytes), 'abcdef');
    const over = await arrive(t, `${head}3\r\nabc\r\n4\r\ndefg\r\n`);
    assert.deepEqual(await readBody(over.req, { maxBytes: 6 }), { kind: 'too-large' });
  });

  test('says aborted when the client leaves in the middle', async (t) => {
    const { req, client } = await arrive(t, `${post('Content-Length: 6\r\n')}abc`);
    const reading = readBody(req, { maxBytes: 6 });
    client.destroy();
    assert.deepEqual(await reading, { kind: 'aborted' });
    assert.deepEqual(await readBody(req, { maxBytes: 6 }), { kind: 'aborted' });
  });

  test('says aborted when a chunk is broken', async (t) => {
    const { req, client } = await arrive(t, `${post('Transfer-Encoding: chunked\r\n')}3\r\nabc\r\n`);
    const reading = readBody(req, { maxBytes: 6 });
    client.write('zz\r\n');
    assert.deepEqual(await reading, { kind: 'aborted' });
  });

  test('says aborted when the body does not come in time', async (t) => {
    const { req } = await arrive(t, `${post('Content-Length: 6\r\n')}abc`);
    assert.deepEqual(await readBody(req, { maxBytes: 6, watchdog: new Watchdog(20) }), { kind: 'aborted' });
  });

  test('gives back any body byte for byte, however it is cut into chunks', async (t) => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(bodies, async (chunks) => {
        const { req, client } = await arrive(t, post('Transfer-Encoding: chunked\r\n'));
        for (const chunk of chunks) {
          client.write(`${chunk.length.toString(16)}\r\n`);
          client.write(chunk);
          client.write('\r\n');
        }
        client.write('0\r\n\r\n');
        const read = await readBody(req, { maxBytes: 1000 });
        assert.ok(read.kind === 'complete');
        assert.deepEqual(Buffer.from(read.bytes), Buffer.concat(chunks));
      }),
      { numRuns: 20 },
    );
  });
});
