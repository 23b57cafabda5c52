/** As alerts.test.ts: those whose cause is a store, a bug, a process or a certificate. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Secret } from '../../src/core/secret.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { imageVisibility } from '../../src/stages/image-visibility.ts';
import { again, fires, target } from '../support/alerts.ts';
import { makeAuthority } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { startRedis } from '../support/redis.ts';
import { serve } from '../support/serve.ts';
import { workerPids } from '../support/two-workers.ts';
import { until } from '../support/until.ts';

const { tokens, images } = seedIds;
const metadata = `/v2/images/${images.ubuntu}/metadata`;

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
  for (let n = 0; n < 600; n += 20)
    await Promise.all(Array.from({ length: 20 }, (_, m) => call('GET', `${gateway.url}/many/${n + m}`)));
  await fires(prometheus, 'LabelsFolded');
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
