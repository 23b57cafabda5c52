/** Limits as a client of the whole gateway meets them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { Secret } from '../../src/core/secret.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder, writeInto } from '../support/policy-folder.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

const { tokens, images, projects } = seedIds;
const write = (url: string, token = tokens.demo, image = images.ubuntu as string) =>
  call('POST', `${url}/v2/images/${image}/metadata`, token, { metadata: { label: 'x' } });

/** A budget of Redis, in milliseconds, that a busy machine does not exceed. */
const patience = 30_000;

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

test('the answer to GET /limits says which version of the cloud gave it, and an unknown version is refused by the cloud', async (t) => {
  const { url } = await startTestGateway(t);
  const ask = (version: string) =>
    fetch(`${url}/v2.1/limits`, {
      headers: { 'x-auth-token': tokens.demo, 'openstack-api-version': `compute ${version}` },
    });
  const { status, headers } = await ask('2.57');
  assert.equal(status, 200);
  assert.equal(headers.get('openstack-api-version'), 'compute 2.57');
  assert.equal(headers.get('x-openstack-nova-api-version'), '2.57');
  assert.equal(headers.get('vary'), 'OpenStack-API-Version, X-OpenStack-Nova-API-Version');
  assert.match(headers.get('x-compute-request-id') ?? '', /^req-/);
  assert.notEqual(headers.get('x-compute-request-id'), headers.get('x-openstack-request-id'));
  assert.equal((await ask('2.999')).status, 406);
  assert.equal((await ask('nonsense')).status, 400);
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

const redisLimits = (
  { port }: TestRedis,
  whenDown: 'deny' | 'local-share',
  budgetMs: number,
): GatewayConfig['limits'] => ({
  store: 'redis',
  url: new Secret(`redis://127.0.0.1:${port}`),
  prefix: 'images-gateway',
  budgetMs,
  whenDown,
  replicas: 2,
});

test('two gateways with one Redis count together', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const limits = redisLimits(redis, 'deny', patience);
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

test('counters outlive a reload, except those of a limit that was changed', async (t) => {
  const policy = (tight: number, other: number): string => `
version: 1
limits:
  - { name: kept, key: project, points: ${tight}, per: minute }
  - { name: changed, key: project, points: ${other}, per: minute }
routes:
  - id: read
    match: { path: "/images", methods: [GET] }
    upstream: compute
    stages: [{ use: authenticate }, { use: rate-limit }]
  - id: limits
    match: { path: "/limits", methods: [GET] }
    upstream: compute
    stages: [{ use: authenticate }, { use: limits }]
`;
  const dir = await writeFolder(t, { 'policy.yaml': policy(10, 20) });
  const gateway = await startTestGateway(t, { config: { policies: { dir } } });
  for (let turn = 0; turn < 3; turn += 1) await call('GET', `${gateway.url}/v2/images`, tokens.demo);
  await writeInto(dir, { 'policy.yaml': policy(10, 30) });
  assert.ok((await gateway.reload()).ok);
  const { body } = await call('GET', `${gateway.url}/v2/limits`, tokens.demo);
  assert.deepEqual([entryOf(body, 'kept')?.remaining, entryOf(body, 'changed')?.remaining], [7, 30]);
});

test('clients of a gateway whose Redis hangs, dies and comes back see their limits and nothing else', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const { url, lines } = await startTestGateway(t, {
    config: { limits: redisLimits(redis, 'local-share', 50) },
  });
  const statuses = new Map<number, number>();
  let asked = 0;
  let running = true;
  const side = async (): Promise<void> => {
    while (running) {
      const { status } = await call('GET', `${url}/v2/images`, tokens.demo);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      asked += 1;
    }
  };
  const more = (count: number) => {
    const target = asked + count;
    return until(() => asked >= target, `${count} more requests`);
  };
  const said = (text: string) => until(() => lines.some((line) => line['message'] === text), text);
  const all = Promise.all(Array.from({ length: 4 }, side));
  await more(50);
  redis.freeze();
  await more(50);
  await redis.kill();
  await more(50);
  await redis.restart();
  await said('Limits are counted in Redis again.');
  await more(50);
  running = false;
  await all;
  assert.deepEqual(
    [...statuses.keys()].filter((status) => status !== 200 && status !== 413),
    [],
  );
});
