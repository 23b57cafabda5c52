/** Ways to a Redis other than a plain address: Sentinel, TLS and a Unix socket. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRedis, type RedisOptions } from '../../src/adapters/redis-client.ts';
import { redisAddress } from '../../src/adapters/redis-place.ts';
import { makeAuthority } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { recordingLog, recordingMeters } from '../support/recording.ts';
import { startRedis } from '../support/redis.ts';
import { startSentinel } from '../support/redis-sentinel.ts';
import { onBusyMachine, until } from '../support/until.ts';

const connect = (t: TestContext, address: Omit<RedisOptions, 'log' | 'meters'>) => {
  const log = recordingLog();
  const redis = createRedis({ ...address, log, meters: recordingMeters() });
  t.after(() => redis.close());
  return { redis, log };
};

test('when the master dies, the one that Sentinel names instead is used, and what it holds is there', async (t) => {
  const [master, replica] = [await startRedis(), await startRedis('--repl-diskless-sync-delay', '0')];
  t.after(() => Promise.all([master.close(), replica.close()]));
  await replica.cli('REPLICAOF', master.host, String(master.port));
  await until(
    async () => (await replica.cli('INFO', 'replication')).includes('master_link_status:up'),
    'the replica follows its master',
  );
  const sentinel = await startSentinel('images', master);
  t.after(() => sentinel.close());
  await until(
    async () => (await sentinel.cli('SENTINEL', 'replicas', 'images')).includes(String(replica.port)),
    'the sentinel knows the replica',
  );
  const { redis } = connect(t, { place: { kind: 'sentinel', name: 'images', nodes: [sentinel] } });
  await until(() => redis.available(), 'connected');
  await redis.set('key', 'kept', 60_000);
  await until(async () => (await replica.cli('GET', 'key')) === 'kept', 'the replica has it');
  await master.kill();
  await until(
    async () =>
      (await sentinel.cli('SENTINEL', 'get-master-addr-by-name', 'images')).includes(String(replica.port)),
    'the sentinel names the replica as master',
    40_000,
  );
  const start = performance.now();
  await until(async () => (await redis.set('other', 'new', 60_000)).kind === 'answered', 'it is written to');
  // Mostly within 0.5 s; an attempt to connect that hangs beside the failover is begun anew after 0.6 s.
  assert.ok(performance.now() - start < onBusyMachine(1000), `${performance.now() - start} ms`);
  assert.deepEqual(await redis.get('key'), { kind: 'answered', value: 'kept' });
});

const pem = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url));

test('over TLS a server is believed that the authority vouches for, and no other', async (t) => {
  const port = await freePort();
  const files = [
    '--tls-cert-file',
    pem('cert'),
    '--tls-key-file',
    pem('key'),
    '--tls-ca-cert-file',
    pem('cert'),
  ];
  const server = await startRedis('--tls-port', String(port), '--tls-auth-clients', 'yes', ...files);
  t.after(() => server.close());
  const address = redisAddress(`rediss://127.0.0.1:${port}`);
  const cert = readFileSync(pem('cert'), 'utf8');
  const key = readFileSync(pem('key'), 'utf8');
  const trusted = connect(t, { ...address, tls: { ca: cert, cert, key } });
  await until(() => trusted.redis.available(), 'connected over TLS');
  assert.deepEqual(await trusted.redis.set('key', 'value', 1000), { kind: 'answered', value: true });
  const unknown = connect(t, { ...address, tls: { cert, key } });
  await until(() => unknown.log.lines.length > 0, 'a line in the log');
  assert.match(JSON.stringify(unknown.log.lines[0]), /"reason":"tls"/);
  assert.equal(unknown.redis.available(), false);
  const nobody = connect(t, { ...address, tls: { ca: cert } });
  await until(() => nobody.log.lines.length > 0, 'a line in the log');
  assert.equal(nobody.redis.available(), false, 'this Redis demands a certificate');
});

test('the next connection to Redis shows the certificate that is in use by then', async (t) => {
  const port = await freePort();
  const authority = makeAuthority();
  const [own, stranger] = [authority.issue('gateway'), makeAuthority('stranger').issue('gateway')];
  const server = authority.issue('redis');
  const folder = await writeFolder(t, { ca: authority.ca, cert: server.cert, key: server.key });
  const files = ['cert', 'key', 'ca-cert'].flatMap((name) => [
    `--tls-${name}-file`,
    join(folder, name.replace('-cert', '')),
  ]);
  const redisServer = await startRedis('--tls-port', String(port), '--tls-auth-clients', 'yes', ...files);
  t.after(() => redisServer.close());
  let pair = own;
  const tls = {
    ca: authority.ca,
    get cert() {
      return pair.cert;
    },
    get key() {
      return pair.key;
    },
  };
  const { redis } = connect(t, { ...redisAddress(`rediss://127.0.0.1:${port}`), tls });
  await until(() => redis.available(), 'connected over TLS');
  for (const [next, available] of [
    [stranger, false],
    [own, true],
  ] as const) {
    pair = next;
    await redisServer.cli('CLIENT', 'KILL', 'TYPE', 'normal');
    await until(() => redis.available() === available, `available: ${available}`);
  }
});

test('a Redis on the same machine is reached by its socket', async (t) => {
  const path = join(tmpdir(), `images-gateway-${process.pid}.sock`);
  const server = await startRedis('--unixsocket', path);
  t.after(() => server.close());
  const { redis } = connect(t, redisAddress(`unix://${path}`));
  await until(() => redis.available(), 'connected');
  assert.equal((await redis.get('key')).kind, 'answered');
});
