/** The dashboard and the alerts against a real Prometheus that scrapes real gateways. */
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Secret } from '../../src/core/secret.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { asSent, dashboard } from '../support/dashboard.ts';
import { call, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { withoutLimits } from '../support/open-policies.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { startRedis, until } from '../support/redis.ts';

const { tokens, images } = seedIds;

const target = ({ adminUrl }: TestGateway): string => new URL(adminUrl).host;

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
  const gateway = await startTestGateway(t, {
    config: {
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
  const prometheus = await startPrometheus(t, [target(gateway)]);
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
  const names = [...(await prometheus.firing()).keys()];
  // The load forges headers on purpose.
  assert.deepEqual(
    names.filter((name) => name !== 'ImagesGatewayIdentityForged'),
    [],
  );
});

test('a cloud that is gone, a policy that does not load and a gateway that is gone fire alerts', async (t) => {
  // On a fast machine the shipped limits would keep the load from the cloud that is to fail.
  const policies = await withoutLimits(t);
  const gateway = await startTestGateway(t, {
    config: { policies: { dir: policies }, maxInFlight: 1 },
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
  await fires('ServerErrors', {});
  await fires('KeystoneDown', { instance });

  await other.stop(true);
  await fires('Down', { instance: target(other) });
});
