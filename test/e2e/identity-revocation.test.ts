import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenHash } from '../../src/adapters/token-source.ts';
import { key, redisOf, replica, token } from '../support/replicas.ts';
import { handClock, scriptedSource, validAnswer } from '../support/tokens.ts';
import { until } from '../support/until.ts';

test('a revocation reaches every replica within a second, one that starts later, and the shared cache', async (t) => {
  const redis = await redisOf(t);
  const source = scriptedSource((sent) => validAnswer({ auditId: sent, issuedAt: 0 }));
  const first = await replica(t, redis, source, key);
  const second = await replica(t, redis, source, key, first.clock);
  for (const one of [first, second]) assert.equal(await one.kind(), 'valid');
  assert.deepEqual(await first.tokens.revoke({ tokenHash: tokenHash(token) }), { dropped: 1, shared: true });
  await until(async () => (await second.kind()) === 'invalid', 'the other replica knows', 1000);
  const late = await replica(t, redis, source, key, first.clock);
  await until(async () => (await late.kind(token)) === 'invalid', 'the late one knows', 1000);
  assert.equal((await first.tokens.revoke({ userId: 'u1' })).shared, true);
  await second.kind('another');
  await until(
    async () => (await late.kind('another')) === 'invalid',
    'all tokens of the user are void',
    1000,
  );
});

test('a revocation that Redis does not take is told as such, and holds here', async (t) => {
  const redis = await redisOf(t);
  const { tokens, kind } = await replica(
    t,
    redis,
    scriptedSource(() => validAnswer()),
    undefined,
  );
  await kind();
  await redis.kill();
  assert.deepEqual(await tokens.revoke({ tokenHash: tokenHash(token) }), { dropped: 1, shared: false });
  assert.equal(await kind(), 'invalid');
});

test('a record that cannot be read is left out, and those behind it are not', async (t) => {
  const redis = await redisOf(t);
  for (const text of [
    '{',
    '[]',
    '{"at":1}',
    '{"at":1,"userId":"u1","projectId":"p1"}',
    '{"at":1,"tokenHash":"zz"}',
  ]) {
    await redis.cli('XADD', 'images-gateway:revocations', '*', 'r', text);
  }
  await redis.cli(
    'XADD',
    'images-gateway:revocations',
    '*',
    'x',
    JSON.stringify({ at: Date.now() * 2, userId: 'u1' }),
  );
  const { kind, log } = await replica(
    t,
    redis,
    scriptedSource(() => validAnswer({ issuedAt: 0 })),
    undefined,
    handClock(Date.now()),
  );
  await until(
    async () => (await kind(`fresh-${Math.random()}`)) === 'invalid',
    'the last record is in force',
    1000,
  );
  assert.equal(log.lines.filter(({ level }) => level === 'warn').length, 5);
});
