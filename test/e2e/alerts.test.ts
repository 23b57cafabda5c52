/** Every alert is made to fire by its cause: real gateways, and a real Prometheus with the rules that are shipped. */
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { demoConfig } from '../../src/cli/demo-config.ts';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { again, fires, load, target } from '../support/alerts.ts';
import { freePort } from '../support/free-port.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { withoutLimits } from '../support/open-policies.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { slowOrigin } from '../support/slow-origin.ts';

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
