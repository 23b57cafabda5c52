/** What replicas do together: two processes of \`serve\` over one Redis. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { stateOf } from '../support/disk-config-state.ts';
import { call } from '../support/gateway.ts';
import { editedPolicies, withoutLimits } from '../support/open-policies.ts';
import { startRedis } from '../support/redis.ts';
import { serve } from '../support/serve.ts';

const { images, servers, tokens } = seedIds;

test('two gateway processes over one Redis: writes that race resizes never change the key of an image in resize', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const dir = await withoutLimits(t);
  const limits = {
    store: 'redis',
    url: `redis://${redis.host}:${redis.port}`,
    budgetMs: 500,
    whenDown: 'deny',
    replicas: 2,
  };
  const cloud = await startDemoCloud({ resizeMs: 0 });
  t.after(() => cloud.close());
  const changes = { policies: { dir }, limits };
  const [one, two] = [await serve(t, cloud, changes), await serve(t, cloud, changes)];
  const action = (url: string, body: object) =>
    call('POST', `${url}/v2/servers/${servers.web}/action`, tokens.demo, body);
  const setKey = (url: string, value: string) =>
    call('POST', `${url}/v2/images/${images.ubuntu}/metadata`, tokens.demo, {
      metadata: { auto_disk_config: value },
    });

  /** A value that the key does not have. */
  const another = (guarded: readonly (readonly [string, string])[]) =>
    guarded[0]?.[1].toUpperCase() === 'TRUE' ? 'FALSE' : 'TRUE';

  let raced = 0;
  for (let round = 0; round < 25; round++) {
    const before = (await stateOf(cloud, images.ubuntu)).guarded;
    const value = another(before);
    const [written, resized] = await Promise.all([
      setKey(round % 3 === 0 ? one.url : two.url, value),
      action(one.url, { resize: { flavorRef: round % 2 === 0 ? '2' : '1' } }),
    ]);
    assert.equal(resized.status, 202);
    assert.ok(written.status === 200 || written.status === 409, `${written.status} ${written.message}`);
    const after = (await stateOf(cloud, images.ubuntu)).guarded;
    if (written.status === 409) {
      raced += 1;
      assert.deepEqual(after, before);
    }
    // From here on the server is in VERIFY_RESIZE for certain.
    assert.equal((await setKey(two.url, another(after))).status, 409);
    assert.deepEqual((await stateOf(cloud, images.ubuntu)).guarded, after);
    assert.equal((await action(two.url, { confirmResize: null })).status, 204);
  }
  assert.ok(raced > 0, 'no write ever met a resize');
});

/** Metadata as Nova writes it: read all, wait for Glance, write all. Two writers at once lose a key. */
const racyNova = async (t: TestContext) => {
  let stored: Record<string, string> = {};
  const server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req.setEncoding('utf8')) text += chunk;
    if (req.method === 'POST') {
      const read = { ...stored };
      await pause(15);
      stored = { ...read, ...JSON.parse(text).metadata };
    }
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ metadata: stored }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys: () => Object.keys(stored).length,
  };
};

test('with writes: all, concurrent writers of one image lose no key, through two gateway processes', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const dir = await editedPolicies(t, (text) =>
    text
      .replaceAll(/points: \d+/g, 'points: 1000000')
      .replace('- use: write-order\n', '- use: write-order\n        with: { writes: all }\n'),
  );
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const nova = await racyNova(t);
  const limits = {
    store: 'redis',
    url: `redis://${redis.host}:${redis.port}`,
    budgetMs: 500,
    whenDown: 'deny',
    replicas: 2,
  };
  const changes = {
    limits,
    policies: { dir },
    upstreams: { compute: { url: nova.url, api: '/v2' }, image: { url: cloud.imageUrl, api: '/v2' } },
  };
  const [one, two] = [await serve(t, cloud, changes), await serve(t, cloud, changes)];
  const post = (base: string, key: string) =>
    call('POST', `${base}/v2/images/${images.ubuntu}/metadata`, tokens.demo, { metadata: { [key]: 'x' } });

  // Past the gateways, so that the test is known to be able to fail.
  await Promise.all(Array.from({ length: 10 }, (_, index) => post(nova.url, `direct${index}`)));
  assert.ok(nova.keys() < 10);
  const before = nova.keys();
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => post(index % 2 === 0 ? one.url : two.url, `key${index}`)),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(nova.keys(), before + 30);
});
