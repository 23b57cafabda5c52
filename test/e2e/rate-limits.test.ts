/** Limits as a client of the whole gateway meets them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { Secret } from '../../src/core/secret.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { startRedis } from '../support/redis.ts';

const { tokens, images, projects } = seedIds;
const write = (url: string, token = tokens.demo, image = images.ubuntu as string) =>
  call('POST', `${url}/v2/images/${image}/metadata`, token, { metadata: { label: 'x' } });

/** The allowance of the default policy for one project. */
const allowance = 20;

interface RateEntry {
  readonly name: string;
  readonly verb: string;
  readonly remaining: number;
  readonly 'next-available': string;
}
const entryOf = (body: unknown, name: string): RateEntry | undefined => {
  const { limits } = body as { limits: { rate: readonly { limit: readonly RateEntry[] }[] } };
  return limits.rate.flatMap(({ limit }) => limit).find((entry) => entry.name === name);
};

test('past its limit a project is answered 413 with the wait, others are not, and the wait is true', async (t) => {
  const { url } = await startTestGateway(t);
  for (let turn = 1; turn <= allowance; turn += 1) {
    const { status, headers } = await write(url);
    assert.equal(status, 200);
    assert.match(
      headers.get('ratelimit') ?? '',
      new RegExp(`"image-metadata-writes";r=${allowance - turn};t=60`),
    );
  }
  const { status, headers, body, message } = await write(url);
  assert.equal(status, 413);
  const wait = Number(headers.get('retry-after'));
  assert.ok(wait >= 59 && wait <= 60);
  assert.equal(
    message,
    `Over the limit of 20 requests per minute for this project. Retry after ${wait} seconds.`,
  );
  const { overLimit } = body as { overLimit: Record<string, string> };
  assert.ok(Math.abs(Date.parse(overLimit['retryAt'] ?? '') - Date.now() - wait * 1000) < 2000);
  assert.equal(headers.get('ratelimit-policy'), '"image-metadata-writes";q=20;w=60');
  const other = await call('GET', `${url}/v2/images/${images.other}/metadata`, tokens.other);
  assert.equal(other.status, 200);
});

test('what is left can be read free of charge under every spelling, beside what the cloud tells', async (t) => {
  const { url } = await startTestGateway(t);
  await write(url);
  for (const path of [
    '/v2/limits',
    '/v2.1/limits',
    `/v2/${projects.demo}/limits`,
    '/v2/limits.json',
    '/limits',
  ]) {
    const { status, body } = await call('GET', url + path, tokens.demo);
    assert.equal(status, 200, path);
    assert.equal(entryOf(body, 'image-metadata-writes')?.remaining, allowance - 1, path);
    assert.equal(entryOf(body, 'all-calls')?.remaining, 5999, path);
    assert.match(JSON.stringify(body), /"absolute":\{"maxServerMeta":128/);
  }
});

test('two gateways with one Redis count together', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const limits: GatewayConfig['limits'] = {
    store: 'redis',
    url: new Secret(`redis://127.0.0.1:${redis.port}`),
    prefix: 'images-gateway',
    budgetMs: 50,
    whenDown: 'deny',
    replicas: 2,
  };
  const one = await startTestGateway(t, { config: { limits } });
  const other = await startTestGateway(t, { config: { limits }, cloud: one.cloud });
  const statuses: number[] = [];
  for (let turn = 0; turn < 12; turn += 1)
    for (const { url } of [one, other]) statuses.push((await write(url)).status);
  assert.equal(statuses.filter((status) => status === 200).length, allowance);
  assert.equal(statuses.filter((status) => status === 413).length, 4);
  const { body } = await call('GET', `${other.url}/v2/limits`, tokens.demo);
  assert.equal(entryOf(body, 'image-metadata-writes')?.remaining, 0);
  await redis.kill();
  const { status, headers } = await write(one.url, tokens.other, images.other);
  assert.equal(status, 503);
  assert.equal(headers.get('retry-after'), '1');
});

test('limits by address can stand before authenticate, and the answer tells of those and of the later ones', async (t) => {
  const dir = await writeFolder(t, {
    'policy.yaml': `
version: 1
limits:
  - { name: by-address, key: address, points: 3, per: minute }
  - { name: by-project, key: project, points: 10, per: minute }
routes:
  - id: read
    match: { path: "/images", methods: [GET] }
    upstream: compute
    stages:
      - { use: rate-limit, with: { keys: [address] } }
      - { use: authenticate }
      - { use: rate-limit, with: { keys: [project, global] } }
`,
  });
  const { url } = await startTestGateway(t, { config: { policies: { dir } } });
  const first = await call('GET', `${url}/v2/images`, tokens.demo);
  assert.equal(first.headers.get('ratelimit'), '"by-address";r=2;t=60, "by-project";r=9;t=60');
  assert.equal(first.headers.get('ratelimit-policy'), '"by-address";q=3;w=60, "by-project";q=10;w=60');
  for (const turn of [1, 2]) {
    const { status } = await call('GET', `${url}/v2/images`, 'f'.repeat(32));
    assert.equal(status, 401, `guess ${turn}`);
  }
  assert.equal((await call('GET', `${url}/v2/images`, 'e'.repeat(32))).status, 413);
});
