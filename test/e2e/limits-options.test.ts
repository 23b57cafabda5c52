/** Every option of limits, as clients and operators of a running gateway meet it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DemoCloud, startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call } from '../support/gateway.ts';
import { writeFolder, writeInto } from '../support/policy-folder.ts';
import { startRedis } from '../support/redis.ts';
import { type ServedGateway, serve } from '../support/serve.ts';
import { metric } from '../support/two-workers.ts';

const { tokens, images, projects } = seedIds;

/** The options of `rate-limit` by route; a limit of one request a minute has the route's name. */
const ways: Readonly<Record<string, string>> = {
  repose: '',
  rackspace: ', with: { shape: rackspace, status: 429 }',
  nova: ', with: { shape: nova }',
  dated: ', with: { retryAfter: http-date, fields: false }',
  everybody: '',
  bursting: '',
  flagged: '',
  idle: '',
  grouped: '',
};
const policy = (kept: number, changed: number): string => `version: 1
limits:
  - { name: repose, key: project, points: 1, per: minute, routes: [repose] }
  - { name: rackspace, key: user, points: 1, per: minute, routes: [rackspace] }
  - { name: nova, key: project, points: 1, per: minute, methods: [GET], routes: [nova] }
  - { name: dated, key: address, points: 1, per: day, routes: [dated] }
  - { name: everybody, key: global, points: 1, per: hour, routes: [everybody] }
  - { name: bursting, key: project, points: 9, per: hour, routes: [bursting], burst: { points: 1, per: minute } }
  - { name: flagged, key: project, points: 1, per: minute, routes: [flagged], mode: flag }
  - { name: idle, key: project, points: 1, per: minute, routes: [idle], mode: off }
  - name: grouped
    key: project
    points: 1
    per: minute
    routes: [grouped]
    groups:
      - { name: partners, projects: ["${projects.demo}"], points: 2 }
      - { name: staff, roles: [admin, member], points: 3 }
  - { name: each-image, key: project, points: 1, per: minute, routes: [image], perImage: { maxKeys: 100 } }
  - { name: all-images, key: project, points: 2, per: minute, routes: [image], perImage: { maxKeys: 1 } }
  - { name: dear, key: project, points: 5, per: hour, routes: [write], costs: { image-metadata-merge: 3 } }
  - { name: kept, key: project, points: ${kept}, per: hour, routes: [count] }
  - { name: changed, key: project, points: ${changed}, per: hour, routes: [count] }
routes:
${Object.entries(ways)
  .map(
    ([name, options]) =>
      `  - { id: ${name}, match: { path: /${name} }, stages: [{ use: authenticate }, { use: rate-limit${options} }], upstream: compute }`,
  )
  .join('\n')}
  - id: image
    match: { path: "/images/:imageId", methods: [GET] }
    upstream: compute
    stages: [{ use: authenticate }, { use: rate-limit }]
  - id: write
    match: { operations: [image-metadata-merge, image-metadata-replace] }
    upstream: compute
    stages: [{ use: authenticate }, { use: rate-limit }]
  - { id: count, match: { path: /count }, upstream: compute, stages: [{ use: authenticate }, { use: rate-limit }] }
  - { id: limits, match: { path: /limits }, upstream: compute, stages: [{ use: authenticate }, { use: limits }] }
`;

/** How novaclient reads the answer (`novaclient/v2/limits.py`): a member that is missing there is a KeyError. */
const asNovaclient = (body: unknown) => {
  const { limits } = body as {
    limits: { rate: readonly never[]; absolute: Readonly<Record<string, number>> };
  };
  const member = <T>(of: Readonly<Record<string, unknown>>, name: string): T => {
    assert.ok(name in of, `${name} in ${JSON.stringify(of)}`);
    return of[name] as T;
  };
  const rate = limits.rate.flatMap((group) =>
    member<readonly Readonly<Record<string, unknown>>[]>(group, 'limit').map((entry) => ({
      uri: member<string>(group, 'uri'),
      regex: member<string>(group, 'regex'),
      verb: member<string>(entry, 'verb'),
      value: member<number>(entry, 'value'),
      remain: member<number>(entry, 'remaining'),
      unit: member<string>(entry, 'unit'),
      next: member<string>(entry, 'next-available'),
    })),
  );
  return { rate, absolute: Object.entries(limits.absolute) };
};

test('every option of limits does what it says, in a running gateway with Redis', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const redis = await startRedis();
  t.after(() => redis.close());
  const dir = await writeFolder(t, { 'a.yaml': policy(10, 10) });
  const start = (context: TestContext, before: DemoCloud): Promise<ServedGateway> =>
    serve(context, before, {
      policies: { dir, watch: false },
      limits: { store: 'redis', url: `redis://${redis.host}:${redis.port}`, budgetMs: 5000 },
      admin: { writes: true },
    });
  let gateway = await start(t, cloud);
  const get = (path: string, token = tokens.demo) => call('GET', gateway.url + path, token);
  const statuses = async (times: number, path: string, token?: string): Promise<readonly number[]> => {
    const seen: number[] = [];
    for (let turn = 0; turn < times; turn += 1) seen.push((await get(path, token)).status);
    return seen;
  };
  const write = (method: string) =>
    call(method, `${gateway.url}/v2/images/${images.ubuntu}/metadata`, tokens.demo, {
      metadata: { label: 'x' },
    });
  /** What the demo cloud says to a path that it does not know. */
  const ok = 300;

  const refusals: readonly (readonly [string, number, string, RegExp, readonly string[], string | null])[] = [
    ['repose', 413, 'overLimit', /^(60|59)$/, ['retryAfter', 'retryAt'], '"repose";q=1;w=60'],
    ['rackspace', 429, 'overLimit', /^(60|59)$/, ['retryAt'], '"rackspace";q=1;w=60'],
    ['nova', 413, 'overLimit', /^(60|59)$/, ['retryAfter'], '"nova";q=1;w=60'],
    ['dated', 413, 'overLimit', /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/, ['retryAfter', 'retryAt'], null],
    [
      'everybody',
      503,
      'serviceUnavailable',
      /^3(600|599)$/,
      ['retryAfter', 'retryAt'],
      '"everybody";q=1;w=3600',
    ],
    ['bursting', 413, 'overLimit', /^(60|59)$/, ['retryAfter', 'retryAt'], '"bursting-burst";q=1;w=60'],
  ];
  for (const [way, status, name, wait, members, fields] of refusals)
    await t.test(`${way}: ${status} ${name}`, async () => {
      assert.equal((await get(`/${way}`)).status, ok);
      const answer = await get(`/${way}`);
      assert.equal(answer.status, status);
      assert.match(answer.headers.get('retry-after') ?? '', wait);
      assert.equal(answer.headers.get('ratelimit-policy'), fields);
      const [[named, fault] = []] = Object.entries(answer.body as Record<string, Record<string, string>>);
      assert.equal(named, name);
      assert.deepEqual(Object.keys(fault ?? {}), ['code', 'message', 'details', ...members]);
      if (way === 'nova')
        assert.equal(fault?.['details'], 'Only 1 GET request(s) can be made to nova every minute.');
    });

  await t.test('a flagged limit marks what it would have refused, one that is off does nothing', async () => {
    await get('/flagged');
    const { status, headers } = await get('/flagged');
    assert.deepEqual([status, headers.get('x-policy-flag')], [ok, 'rate-limit/over-limit']);
    await get('/idle');
    assert.equal((await get('/idle')).headers.get('x-policy-flag'), null);
  });

  await t.test(
    'the first group that fits counts, and everybody else has the points of the limit',
    async () => {
      assert.deepEqual(await statuses(3, '/grouped', tokens.demo), [ok, ok, 413], 'named by its project');
      assert.deepEqual(await statuses(4, '/grouped', tokens.admin), [ok, ok, ok, 413], 'by a role');
      assert.deepEqual(await statuses(2, '/grouped', tokens.validator), [ok, 413]);
    },
  );

  await t.test('an operation takes what it costs', async () => {
    assert.equal((await write('POST')).status, 200);
    assert.equal((await write('POST')).status, 413, 'two of five points are left, and it costs three');
    assert.equal((await write('PUT')).status, 200);
    assert.equal((await write('PUT')).status, 200);
    assert.equal((await write('PUT')).status, 413);
  });

  await t.test('images are counted apart, up to the cap', async () => {
    const image = (id: string) => get(`/v2/images/${id}`);
    assert.equal((await image(images.ubuntu)).status, 200);
    assert.equal((await image(images.ubuntu)).status, 413);
    assert.equal((await image(images.shared)).status, 200);
    const { status, headers } = await image(images.community);
    assert.deepEqual(
      [status, headers.get('ratelimit-policy')],
      [413, '"all-images";q=2;w=60'],
      'one counter in all',
    );
  });

  await t.test(
    'GET /limits is what novaclient reads, costs nothing, and tells of global limits too',
    async () => {
      await get('/limits');
      const { rate, absolute } = asNovaclient((await get(`/v2/${projects.demo}/limits.json`)).body);
      for (const { verb, value, remain, unit, next } of rate) {
        assert.match(verb, /^(GET|ALL)$/);
        assert.ok(Number.isInteger(value) && Number.isInteger(remain) && remain >= 0 && remain <= value);
        assert.match(unit, /^(MINUTE|HOUR|DAY)$/);
        assert.equal(new Date(next).toISOString(), next);
      }
      const told = (uri: string) => rate.filter((entry) => entry.uri === uri).map((entry) => entry.remain);
      assert.deepEqual([told('everybody'), told('bursting'), told('count')], [[0], [8, 0], [10, 10]]);
      assert.deepEqual([told('flagged'), told('idle')], [[], []]);
      assert.ok(absolute.some(([name, value]) => name === 'maxImageMeta' && value === 128));
    },
  );

  await t.test('from four fifths of a limit on, requests are counted as near it', async () => {
    assert.deepEqual(await statuses(7, '/count'), Array(7).fill(ok));
    const near = () => metric(gateway, 'images_gateway_ratelimit_near_limit_total{limit="kept"}');
    assert.equal(await near(), 0);
    await get('/count');
    assert.equal(await near(), 1);
  });

  await t.test('counters outlive the gateway, but for those of a limit that was changed', async () => {
    gateway.process.kill('SIGINT');
    assert.equal(await gateway.ended(), 0);
    await writeInto(dir, { 'a.yaml': policy(10, 11) });
    gateway = await start(t, cloud);
    const { rate } = asNovaclient((await get('/limits')).body);
    const left = rate.filter(({ uri }) => uri === 'count').map(({ remain }) => remain);
    assert.deepEqual(left, [2, 11]);
  });
});
