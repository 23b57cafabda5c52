/** Image data that goes through without being held: what it costs the process that passes it on. */
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { serve } from '../support/serve.ts';

const bytes = 100 * 2 ** 20;
const piece = Buffer.alloc(65_536, 'x');

function* pieces(): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= piece.length) yield piece;
}

/** Takes all that it is sent, and says how much it was. */
const startSink = async (t: TestContext): Promise<string> => {
  const server = createServer((req, res) => {
    let got = 0;
    req.on('data', (chunk: Buffer) => {
      got += chunk.length;
    });
    req.on('end', () => res.end(String(got)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const upload = async (url: string): Promise<string> => {
  const req = request(`${url}/v2/images/1/file`, { method: 'PUT', headers: { 'content-length': bytes } });
  const answered = new Promise<string>((resolve, reject) => {
    req.on('error', reject).on('response', async (res) => resolve((await res.toArray()).join('')));
  });
  await pipeline(Readable.from(pieces(), { objectMode: false }), req);
  return answered;
};

/** Writes a line for each collection that went through all objects (`perf_hooks`: major, incremental). */
const telling = `
import { constants, PerformanceObserver } from 'node:perf_hooks';
const full = [constants.NODE_PERFORMANCE_GC_MAJOR, constants.NODE_PERFORMANCE_GC_INCREMENTAL];
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (full.includes(detail.kind)) console.error('all objects');
}).observe({ entryTypes: ['gc'] });`;

test('bytes that pass through do not make V8 go through all objects again and again', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const dir = await writeFolder(t, {
    'policy.yaml': 'version: 1\nroutes: []\ndefault: { upstream: image, stages: [] }\n',
  });
  const gateway = await serve(
    t,
    cloud,
    {
      upstreams: { image: { url: await startSink(t), api: '/v2' } },
      lookups: { image: 'image' },
      policies: { dir },
    },
    { nodeArguments: ['--import', `data:text/javascript,${encodeURIComponent(telling)}`] },
  );
  const collections = () => gateway.complaints().split('all objects').length - 1;
  // The first ones teach V8 how much there is; by default it never learns.
  const found: number[] = [];
  const isSettled = () => found.length >= 3 && found.slice(-3).every((count) => count === 0);
  while (found.length < 24 && !isSettled()) {
    const before = collections();
    assert.equal(await upload(gateway.url), String(bytes));
    found.push(collections() - before);
  }
  t.diagnostic(found.join(' '));
  assert.ok(isSettled(), `collections of all objects, upload by upload: ${found.join(' ')}`);
});
