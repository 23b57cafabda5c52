/** Every alert is made to fire by its cause: real gateways, and a real Prometheus with the rules that are shipped. */
import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { demoConfig } from '../../src/cli/demo-config.ts';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { Secret } from '../../src/core/secret.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { imageVisibility } from '../../src/stages/image-visibility.ts';
import { again, fires, load, seen, target } from '../support/alerts.ts';
import { makeAuthority } from '../support/certificates.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { withoutLimits } from '../support/open-policies.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { deploy, startPrometheus } from '../support/prometheus.ts';
import { freePort, startRedis, until } from '../support/redis.ts';
import { serve } from '../support/serve.ts';
import { slowOrigin } from '../support/slow-origin.ts';
import { workerPids } from '../support/two-workers.ts';

const { tokens, images, projects } = seedIds;
const metadata = `/v2/images/${images.ubuntu}/metadata`;

test('a cloud that is gone, a policy that does not load and a gateway that is gone fire alerts', async (t) => {
  // On a fast machine the shipped limits would keep the load from the cloud that is to fail.
  const policies = await withoutLimits(t);
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { upstreams } = demoConfig(cloud, { port: 0, adminPort: 0 });
  const health = { path: '/', intervalMs: 200, timeoutMs: 2000, healthy: 1, unhealthy: 1 };
  const image = { url: cloud.imageUrl, api: '/v2', timeoutMs: 30_000, connections: 128, health };
  const gateway = await startTestGateway(t, {
    cloud,
    config: { policies: { dir: policies }, maxInFlight: 1, upstreams: { ...upstreams, image } },
  });
  const other = await startTestGateway(t);
  const prometheus = await startPrometheus(t, [target(gateway), target(other)]);
  const instance = target(gateway);
  for (let n = 0; n < 3; n += 1) load(t, gateway);
  await fires(prometheus, 'Overloaded', { instance });
  await fires(prometheus, 'IdentityForged');
  await fires(prometheus, 'RevisionsDiffer');

  await appendFile(join(policies, 'images.yaml'), '\nroute: []\n');
  assert.equal((await gateway.reload()).ok, false);
  await fires(prometheus, 'PolicyNotLoaded', { instance });

  await gateway.cloud.close();
  await fires(prometheus, 'UpstreamDown', { instance });
  await fires(prometheus, 'UpstreamFailing');
  await fires(prometheus, 'UpstreamAddressDown', { instance, upstream: 'image' });
  await fires(prometheus, 'UpstreamAllAddressesDown', { instance, upstream: 'image' });
  await fires(prometheus, 'ServerErrors');
  await fires(prometheus, 'KeystoneDown', { instance });
  await fires(prometheus, 'GuardBlind');

  await other.stop(true);
  await fires(prometheus, 'Down', { instance: target(other) });
});

/** More routes than a family of metrics has room for. */
const manyRoutes = (): string =>
  Array.from(
    { length: 600 },
    (_, n) => `  - { id: r${n}, match: { path: "/many/${n}" }, upstream: compute, stages: [] }`,
  ).join('\n');

const everyLimit = `version: 1
limits: [{ name: all, key: global, points: 1, per: hour }]
routes:
  - id: merge
    match: { operations: [image-metadata-merge] }
    upstream: compute
    stages: [{ use: image-visibility }]
default: { upstream: compute, stages: [{ use: authenticate }, { use: rate-limit }] }
`;

test('limits, Redis, some of Keystone, a bug and too many routes fire alerts', async (t) => {
  t.mock.method(imageVisibility, 'prepare', () => () => {
    throw new Error('planted by a test');
  });
  const redis = await startRedis();
  t.after(() => redis.close());
  const dir = await writeFolder(t, { 'a.yaml': everyLimit });
  const url = new Secret(`redis://${redis.host}:${redis.port}`);
  const rules = { prefix: 'test', whenDown: 'local-share', replicas: 1, budgetMs: 50 } as const;
  const gateway = await startTestGateway(t, {
    config: { policies: { dir }, limits: { store: 'redis', url, ...rules } },
  });
  const prometheus = await startPrometheus(t, [target(gateway)]);
  await until(async () => (await prometheus.query('images_gateway_build_info')).length > 0, 'it is scraped');
  again(t, async () => {
    await call('GET', `${gateway.url}/v2/images`, tokens.demo);
    await call('GET', `${gateway.url}/v2/images`, tokens.failing);
    await call('POST', gateway.url + metadata, undefined, { metadata: { a: 'b' } });
    await pause(20);
  });
  await fires(prometheus, 'ServiceOverLimit');
  await fires(prometheus, 'KeystoneFailing');
  await fires(prometheus, 'StageBug');
  await redis.close();
  await fires(prometheus, 'LimitsWithoutStore');
  await writeFile(join(dir, 'a.yaml'), everyLimit.replace('routes:\n', `routes:\n${manyRoutes()}\n`));
  assert.equal((await gateway.reload()).ok, true);
  for (let n = 0; n < 600; n += 1) await call('GET', `${gateway.url}/many/${n}`);
  await fires(prometheus, 'LabelsFolded');
});

test('a slow cloud fires alerts', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const slow = await slowOrigin(t, cloud.computeUrl, () => 3000);
  const { upstreams } = demoConfig(cloud, { port: 0, adminPort: 0 });
  const compute = { ...upstreams['compute'], url: slow.url } as GatewayConfig['upstreams'][string];
  const gateway = await startTestGateway(t, {
    cloud,
    config: { maxInFlight: 4, upstreams: { ...upstreams, compute } },
  });
  const prometheus = await startPrometheus(t, [target(gateway)]);
  for (let n = 0; n < 4; n += 1) again(t, () => call('GET', gateway.url + metadata, tokens.demo));
  await fires(prometheus, 'Saturated');
  await fires(prometheus, 'Slow');
});

test('processes that die or hang, and certificates, fire alerts', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const authority = makeAuthority();
  const pair = authority.issue('gateway', undefined, 1);
  const folder = await writeFolder(t, { ...pair });
  const tls = { cert: `file:${join(folder, 'cert')}`, key: `file:${join(folder, 'key')}` };
  const listen = { host: '127.0.0.1', port: await freePort(), tls };
  const gateway = await serve(t, cloud, { workers: 2, listen });
  const prometheus = await startPrometheus(t, [target(gateway)]);
  await fires(prometheus, 'CertificateExpiring', { certificate: 'listen' });
  await fires(prometheus, 'CertificateAtItsEnd', { certificate: 'listen' });
  await writeFile(join(folder, 'key'), authority.issue('other').key);
  await fires(prometheus, 'CertificateNotLoaded', { certificate: 'listen' });

  const signal = (name: NodeJS.Signals): void => {
    for (const pid of workerPids(gateway)) process.kill(Number(pid), name);
  };
  // As a machine does that has more to do than it can: each is held up for a third of a second, again and again.
  const lagging = new AbortController();
  again(t, async () => {
    if (lagging.signal.aborted) return pause(1000);
    signal('SIGSTOP');
    await pause(300);
    signal('SIGCONT');
    await pause(300);
  });
  await fires(prometheus, 'LoopLag');
  lagging.abort();
  await pause(700);
  signal('SIGCONT');
  signal('SIGKILL');
  await fires(prometheus, 'WorkersRestarting');
});

const candidate = `version: 1
routes:
  - id: images
    match: { path: "/v2/images", methods: [GET] }
    upstream: compute
    stages: [{ use: authenticate }, { use: authorize, with: { roles: [nobody-has-it] } }]
default: { upstream: gone, stages: [{ use: authenticate }] }
`;

test('a candidate that refuses and fails, and a folder that does not load at the start, fire alerts', async (t) => {
  const current = candidate.replace('[nobody-has-it]', '[]').replace('upstream: gone', 'upstream: compute');
  const base = await writeFolder(t, {
    'policies/a.yaml': current,
    'candidates/next/a.yaml': candidate,
    'state/about': 'The gateway remembers here.',
  });
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { upstreams } = demoConfig(cloud, { port: 0, adminPort: 0 });
  const gone = { url: `http://127.0.0.1:${await freePort()}`, timeoutMs: 1000, connections: 8 };
  const lastGood = join(base, 'state/last-good.bundle');
  const config = {
    upstreams: { ...upstreams, gone },
    policies: { dir: join(base, 'policies'), lastGood },
    rollout: { dir: join(base, 'candidates'), state: join(base, 'state/rollout.json') },
  };
  const first = await startTestGateway(t, { cloud, config });
  await first.stop(true);
  await appendFile(join(base, 'policies/a.yaml'), 'nonsense: true\n');
  const gateway = await startTestGateway(t, { cloud, config });
  const prometheus = await startPrometheus(t, [target(gateway)]);
  await fires(prometheus, 'LastGoodPolicy');
  const stage = `/rollout?from=next&project=${projects.demo}`;
  assert.equal((await call('POST', gateway.adminUrl + stage)).status, 200);
  again(t, async () => {
    for (const token of [tokens.demo, tokens.other])
      for (const path of ['/v2/images', metadata]) await call('GET', gateway.url + path, token);
    await pause(20);
  });
  await fires(prometheus, 'RolloutStanding');
  await fires(prometheus, 'RolloutRefusing');
  await fires(prometheus, 'RolloutFailing');
});

test('no alert was left out', async () => {
  const rules = await readFile(join(deploy, 'prometheus/alerts.rules.yml'), 'utf8');
  const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  assert.deepEqual([...seen].sort(), names.sort());
});
