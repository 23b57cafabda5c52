/** The dashboard against a real Prometheus that scrapes real gateways, and alerts while all is well. */
import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Secret } from '../../src/core/secret.ts';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { load, target } from '../support/alerts.ts';
import { makeAuthority } from '../support/certificates.ts';
import { asSent, dashboard } from '../support/dashboard.ts';
import { freePort } from '../support/free-port.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { editedPolicies } from '../support/open-policies.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { startRedis } from '../support/redis.ts';
import { type ServedGateway, serve } from '../support/serve.ts';
import { until } from '../support/until.ts';

const { projects } = seedIds;

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
