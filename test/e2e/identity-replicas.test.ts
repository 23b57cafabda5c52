import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import type { GatewayConfig } from '../../src/config/schema.ts';
import { Secret } from '../../src/core/secret.ts';
import { type DemoCloud, startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder } from '../support/policy-folder.ts';
import type { TestRedis } from '../support/redis.ts';
import { redisOf } from '../support/replicas.ts';
import { until } from '../support/until.ts';

const { tokens, users, images } = seedIds;
const read = `/v2/images/${images.ubuntu}`;
const policy = `version: 1
default:
  upstream: compute
  stages: [{ use: authenticate, with: { grace: reads } }]
`;

type Keystone = Extract<GatewayConfig['identity'], { kind: 'keystone-v3' }>;

const keystoneOf = (cloud: DemoCloud, more: Partial<Keystone>): Keystone => {
  const { identity } = demoConfig(cloud, { port: 0, adminPort: 0 });
  assert.ok(identity.kind === 'keystone-v3');
  return { ...identity, ...more };
};
const limitsOf = ({ host, port }: TestRedis): GatewayConfig['limits'] => ({
  store: 'redis',
  url: new Secret(`redis://${host}:${port}`),
  prefix: 'test',
  budgetMs: 200,
  whenDown: 'local-share',
  replicas: 2,
});

const gatewayOf = async (
  t: TestContext,
  cloud: DemoCloud,
  identity: Partial<Keystone>,
  limits: GatewayConfig['limits'] = { store: 'memory' },
) => {
  const dir = await writeFolder(t, { 'all.yaml': policy });
  const config = { identity: keystoneOf(cloud, identity), limits, policies: { dir } };
  const gateway = await startTestGateway(t, { cloud, config });
  const statusOf = async (token: string, method = 'GET') =>
    (await call(method, gateway.url + read, token)).status;
  return { ...gateway, statusOf };
};

const cloudOf = async (t: TestContext): Promise<DemoCloud> => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  return cloud;
};
/** Look-ups of callers' tokens that reached the identity service. */
const validations = ({ requests }: DemoCloud): number =>
  requests.identity.recent.filter(({ method }) => method === 'GET').length;

test('two gateways ask Keystone once for a token, and a revocation at one is in force at the other', async (t) => {
  const cloud = await cloudOf(t);
  const redis = await redisOf(t);
  const shared = { key: new Secret('a secret of thirty-two bytes or more') };
  const one = await gatewayOf(t, cloud, { shared }, limitsOf(redis));
  const two = await gatewayOf(t, cloud, { shared }, limitsOf(redis));
  assert.equal(await one.statusOf(tokens.demo), 200);
  await until(async () => (await redis.cli('KEYS', 'test:token:*')) !== '', 'the token is shared');
  assert.equal(await two.statusOf(tokens.demo), 200);
  assert.equal(validations(cloud), 1);

  const revoked = await call('POST', `${one.adminUrl}/tokens/revoke?user=${users.demo.id}`);
  assert.match(JSON.stringify(revoked.body), /Every replica knows within a second/);
  assert.equal(await one.statusOf(tokens.demo), 401);
  await until(async () => (await two.statusOf(tokens.demo)) === 401, 'the other knows', 1000);

  const everything = await redis.cli('--scan');
  const values = await Promise.all(everything.split('\n').map((key) => redis.cli('DUMP', key)));
  for (const token of Object.values(tokens))
    assert.ok(!`${everything} ${values.join(' ')}`.includes(token.slice(0, 12)));
});

test('in an outage reads of known callers go on for the grace time, writes and strangers do not', async (t) => {
  const cloud = await cloudOf(t);
  const identity = await startDemoCloud();
  t.after(() => identity.close());
  const gateway = await gatewayOf(
    t,
    { ...cloud, identityUrl: identity.identityUrl },
    {
      cache: { seconds: 1, negativeSeconds: 1, entries: 100 },
      grace: { seconds: 600, uses: 3 },
    },
  );
  assert.equal(await gateway.statusOf(tokens.demo), 200);
  await identity.close();
  await until(
    async () => (await gateway.statusOf(tokens.demo, 'PUT')) === 503,
    'the cache has let go of it',
    3000,
  );
  assert.equal(await gateway.statusOf(tokens.reader), 503);
  assert.deepEqual(
    [
      await gateway.statusOf(tokens.demo),
      await gateway.statusOf(tokens.demo),
      await gateway.statusOf(tokens.demo),
    ],
    [200, 200, 200],
  );
  assert.equal(await gateway.statusOf(tokens.demo), 503, 'the uses are used up');
  assert.equal(
    gateway.lines.filter((line) => String(line['message']).includes('let through to read')).length,
    3,
  );
});

test('a client that tries many tokens is refused further look-ups, and known tokens are not concerned', async (t) => {
  const gateway = await gatewayOf(t, await cloudOf(t), { failedLookups: { most: 3, seconds: 60 } });
  assert.equal(await gateway.statusOf(tokens.demo), 200);
  for (let n = 0; n < 3; n++) assert.equal(await gateway.statusOf(`guess-${n}`), 401);
  const refused = await call('GET', gateway.url + read, 'guess-4');
  assert.equal(refused.status, 413);
  assert.ok('overLimit' in (refused.body as object));
  assert.ok(Number(refused.headers.get('retry-after')) > 50);
  assert.equal(await gateway.statusOf(tokens.demo), 200);
});
