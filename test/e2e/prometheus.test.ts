/** The dashboard and the alerts against a real Prometheus that scrapes real gateways. */
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { Secret } from '../../src/core/secret.ts';
import { type DemoCloud, startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { makeAuthority } from '../support/certificates.ts';
import { asSent, dashboard } from '../support/dashboard.ts';
import { call, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { editedPolicies, withoutLimits } from '../support/open-policies.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { freePort, startRedis, until } from '../support/redis.ts';
import { type ServedGateway, serve } from '../support/serve.ts';

const { tokens, images, projects } = seedIds;

const target = ({ adminUrl }: { readonly adminUrl: string }): string => new URL(adminUrl).host;

const health = { path: '/', intervalMs: 200, timeoutMs: 2000, healthy: 1, unhealthy: 1 };

/** Several processes with a certificate, in front of a service that they ask whether it is well. */
const serveWithTls = async (t: TestContext, cloud: DemoCloud): Promise<ServedGateway> => {
  const { cert, key } = makeAuthority().issue('gateway');
  const folder = await writeFolder(t, { 'tls.crt': cert, 'tls.key': key });
  const tls = { cert: `file:${join(folder, 'tls.crt')}`, key: `file:${join(folder, 'tls.key')}` };
  return serve(t, cloud, {
    workers: 2,
    listen: { host: '127.0.0.1', port: await freePort(), tls },
    upstreams: {
      compute: { url: cloud.computeUrl, api: '/v2', health },
      image: { url: cloud.imageUrl, api: '/v2' },
    },
  });
};

/** Requests of every sort, again and again until the test has seen what it waits for. */
const load = (t: TestContext, gateway: TestGateway): void => {
  let on = true;
  t.after(() => {
    on = false;
  });
  const metadata = (id: string) => `${gateway.url}/v2/images/${id}/metadata`;
  const round = async () => {
    await call('GET', `${gateway.url}/v2/images`, tokens.demo);
    await call('GET', metadata(images.ubuntu), tokens.demo);
    await call('POST', metadata(images.ubuntu), tokens.demo, { metadata: { label: 'load' } });
    await call('POST', metadata(images.ubuntu), tokens.demo, { metadata: { label: 1 } });
    await call('POST', metadata(images.resizing), tokens.demo, { metadata: { auto_disk_config: 'FALSE' } });
    await call('GET', `${gateway.url}/v2//images`, tokens.demo);
    await call('GET', metadata(images.ubuntu), 'a-token-that-nobody-has', undefined, { 'x-user-id': 'me' });
  };
  const again = async (): Promise<void> => {
    // A gateway that is stopped, or whose cloud is, answers as it can.
    while (on) await round().catch(() => new Promise((resolve) => setImmediate(resolve)));
  };
  void again();
};

const titlesOf = async (prometheus: TestPrometheus, empty: boolean): Promise<string[]> => {
  const titles: string[] = [];
  for (const { title, targets = [] } of dashboard.panels) {
    for (const { expr } of targets) {
      if (((await prometheus.query(asSent(expr))).length === 0) === empty) titles.push(title);
    }
  }
  return titles;
};

test('every query of the dashboard has an answer, and nothing fires while all is well', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const candidate = await editedPolicies(t, (text) => `# The same once more.\n${text}`);
  const state = await writeFolder(t, { about: 'The gateway remembers the roll-out here.' });
  const gateway = await startTestGateway(t, {
    config: {
      rollout: { dir: dirname(candidate), state: join(state, 'rollout.json') },
      limits: {
        store: 'redis',
        url: new Secret(`redis://${redis.host}:${redis.port}`),
        prefix: 'test',
        whenDown: 'local-share',
        replicas: 1,
        budgetMs: 50,
      },
    },
  });
  const stage = `/rollout?from=${basename(candidate)}&project=${projects.demo}`;
  assert.equal((await call('POST', gateway.adminUrl + stage)).status, 200);
  const served = await serveWithTls(t, gateway.cloud);
  const prometheus = await startPrometheus(t, [target(gateway), target(served)]);
  load(t, gateway);
  // Of these the best answer is none.
  const wellWhenEmpty = new Set([
    'Flagged: would have been refused',
    'Exceptions in stages (bugs), forged headers',
    'Limits judged without Redis',
  ]);
  const missing = async () => (await titlesOf(prometheus, true)).filter((title) => !wellWhenEmpty.has(title));
  await until(async () => (await missing()).length === 0, 'every panel shows something', 30_000).catch(
    async () => assert.deepEqual(await missing(), []),
  );
  for (const { expr } of dashboard.annotations.list) await prometheus.query(asSent(expr));
  // Headers are forged on purpose, certificates of tests live for two days, and a second of this test stands for days.
  const onPurpose = ['CertificateExpiring', 'IdentityForged', 'RolloutStanding'];
  const fire = async () =>
    [...(await prometheus.firing()).keys()].map((name) => name.slice('ImagesGateway'.length));
  await until(async () => (await fire()).includes('RolloutStanding'), 'the standing roll-out fires', 30_000);
  await until(async () => (await fire()).includes('CertificateExpiring'), 'the certificate fires', 30_000);
  assert.deepEqual(
    (await fire()).filter((name) => !onPurpose.includes(name)),
    [],
  );
});

test('a cloud that is gone, a policy that does not load and a gateway that is gone fire alerts', async (t) => {
  // On a fast machine the shipped limits would keep the load from the cloud that is to fail.
  const policies = await withoutLimits(t);
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { upstreams } = demoConfig(cloud, { port: 0, adminPort: 0 });
  const image = { url: cloud.imageUrl, api: '/v2', timeoutMs: 30_000, connections: 128, health };
  const gateway = await startTestGateway(t, {
    cloud,
    config: { policies: { dir: policies }, maxInFlight: 1, upstreams: { ...upstreams, image } },
  });
  const other = await startTestGateway(t);
  const prometheus = await startPrometheus(t, [target(gateway), target(other)]);
  await prometheus.query('up');
  const fires = (name: string, labels: Readonly<Record<string, string>>) =>
    until(
      async () => {
        const instances = (await prometheus.firing()).get(`ImagesGateway${name}`) ?? [];
        return instances.some((found) =>
          Object.entries(labels).every(([key, value]) => found[key] === value),
        );
      },
      `ImagesGateway${name} fires`,
      30_000,
    );
  const instance = target(gateway);
  load(t, gateway);
  load(t, gateway);
  load(t, gateway);
  await fires('Overloaded', { instance });
  await fires('IdentityForged', {});

  await appendFile(join(policies, 'images.yaml'), '\nroute: []\n');
  assert.equal((await gateway.reload()).ok, false);
  await fires('PolicyNotLoaded', { instance });

  await gateway.cloud.close();
  await fires('UpstreamDown', { instance });
  await fires('UpstreamFailing', {});
  await fires('UpstreamAddressDown', { instance, upstream: 'image' });
  await fires('UpstreamAllAddressesDown', { instance, upstream: 'image' });
  await fires('ServerErrors', {});
  await fires('KeystoneDown', { instance });

  await other.stop(true);
  await fires('Down', { instance: target(other) });
});
