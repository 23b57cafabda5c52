import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { loadConfig } from '../../../src/config/load.ts';
import {
  configProblems,
  environment,
  goodConfig,
  smallConfig,
  theSecret,
  upstreams,
  validConfig,
  writeConfig,
} from '../../support/config-file.ts';

test('the smallest configuration gets every default', async (t) => {
  const config = await goodConfig(t, smallConfig);
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 8080 });
  assert.deepEqual(config.admin, { host: '127.0.0.1', port: 9901 });
  assert.deepEqual(
    { ...config.upstreams['compute'] },
    {
      url: 'http://nova:8774',
      api: '/v2.1',
      timeoutMs: 30_000,
      connections: 128,
    },
  );
  assert.deepEqual(config.lookups, {
    compute: 'compute',
    servers: 'caller',
    timeoutMs: 3000,
    cacheMs: 2000,
    maxPages: 20,
  });
  assert.deepEqual(config.identity, {
    kind: 'keystone-v3',
    url: 'http://keystone:5000',
    credential: { kind: 'caller' },
    publicUrl: 'http://keystone:5000',
    timeoutMs: 3000,
    cache: { seconds: 60, negativeSeconds: 5, entries: 200_000 },
    catalog: false,
    failedLookups: { most: 120, seconds: 60 },
  });
  assert.deepEqual(config.limits, { store: 'memory' });
  assert.deepEqual(config.trustedProxies, []);
  assert.deepEqual(config.timeouts, {
    headersMs: 10_000,
    requestMs: 60_000,
    keepAliveMs: 65_000,
    drainMs: 5000,
  });
  assert.deepEqual(config.resizes, { rememberMs: 86_400_000, lagMs: 10_000 });
  assert.deepEqual(config.log, {
    level: 'info',
    access: true,
    decisions: true,
    sample: 1,
    recentDecisions: 200,
  });
  assert.equal(config.maxInFlight, 2000);
});

test('what the file says is used, with addresses and paths in the form in which they are used', async (t) => {
  const file = await writeConfig(t, validConfig);
  const result = await loadConfig(file, environment);
  assert.ok(result.ok);
  const { config } = result;
  assert.equal(config.upstreams['image']?.url, 'https://glance:9292');
  assert.equal(config.policies.dir, join(dirname(file), '../policies'));
  assert.ok(config.identity.kind === 'keystone-v3' && config.identity.credential.kind === 'password');
  assert.equal(config.identity.credential.userDomain, 'Default');
  assert.equal(config.identity.credential.password.reveal(), theSecret);
  assert.equal(config.admin.token?.reveal(), theSecret);
  assert.ok(config.limits.store === 'redis');
  assert.equal(config.limits.url.reveal(), environment['REDIS_URL']);
  assert.equal(config.log.access, false);
});

test('a configuration prints without its secrets', async (t) => {
  const config = await goodConfig(t, validConfig);
  for (const text of [
    JSON.stringify(config),
    inspect(config, { depth: 9 }),
    inspect(config, { depth: 9, customInspect: false }),
  ])
    assert.ok(!text.includes(theSecret));
  assert.match(JSON.stringify(config), /"password":"\[secret\]"/);
});

test('everything in a configuration is frozen', async (t) => {
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    assert.ok(Object.isFrozen(value), inspect(value));
    Object.values(value).forEach(walk);
  };
  walk(await goodConfig(t, validConfig));
});

test('the tokens of a static identity are read from their file', async (t) => {
  const config = await goodConfig(
    t,
    `version: 1\n${upstreams}identity: { kind: static, tokens: file:tokens.yaml, publicUrl: "http://localhost/v3" }\n`,
  );
  assert.ok(config.identity.kind === 'static');
  assert.deepEqual(config.identity.tokens, [
    {
      sha256: '0123456789abcdef'.repeat(4),
      user: { id: 'u1', name: 'alice' },
      project: { id: 'p1' },
      roles: ['member'],
      expiresAt: Date.UTC(2030, 0, 1),
    },
  ]);
});

test('Redis may stand in the file itself as long as no password does', async (t) => {
  const limits =
    'limits: { store: redis, url: "redis://127.0.0.1:6379", username: u, password: env:ADMIN_TOKEN }\n';
  const config = await goodConfig(t, smallConfig + limits);
  assert.ok(config.limits.store === 'redis');
  assert.equal(config.limits.url.reveal(), 'redis://127.0.0.1:6379');
  assert.equal(config.limits.password?.reveal(), theSecret);
});

test('a configuration file that is not there is a problem with its name', async () => {
  const result = await loadConfig('nowhere/gateway.yaml', {});
  assert.deepEqual(result, {
    ok: false,
    problems: [
      {
        place: { file: 'nowhere/gateway.yaml', line: 1, column: 1 },
        message: 'The file does not exist, or is a link that leads nowhere.',
      },
    ],
  });
});

test('a loopback host needs no admin token, and any other does', async (t) => {
  for (const host of ['127.0.0.1', '127.8.8.8', '"::1"', 'localhost'])
    assert.deepEqual(await configProblems(t, `${smallConfig}admin: { host: ${host} }\n`), []);
  for (const host of ['0.0.0.0', '"::"', '10.0.0.1', 'localhost.example', '"::ffff:127.0.0.1"'])
    assert.deepEqual(await configProblems(t, `${smallConfig}admin: { host: ${host} }\n`), [
      'gateway.yaml:4:8: "token" is missing in "admin": it is required unless "host" is a loopback address.',
    ]);
});
