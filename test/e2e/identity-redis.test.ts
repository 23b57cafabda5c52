import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createRedis } from '../../src/adapters/redis-client.ts';
import { createRevocationFeed } from '../../src/adapters/revocation-feed.ts';
import { createSharedTokenCache } from '../../src/adapters/shared-token-cache.ts';
import { tokenHash } from '../../src/adapters/token-source.ts';
import { Secret } from '../../src/core/secret.ts';
import { recordingLog, recordingMeters } from '../support/recording.ts';
import { startRedis, type TestRedis, until } from '../support/redis.ts';
import {
  asker,
  handClock,
  type ScriptedSource,
  scriptedSource,
  tokensOver,
  validAnswer,
} from '../support/tokens.ts';

const started = async (t: TestContext): Promise<TestRedis> => {
  const redis = await startRedis();
  t.after(() => redis.close());
  return redis;
};
const token = 'gAAAAAB-not-really-but-long-enough-to-search';

/** One of several gateways that share a Redis. */
const replica = async (
  t: TestContext,
  { host, port }: TestRedis,
  source: ScriptedSource,
  key: string | undefined,
  clock = handClock(),
) => {
  const log = recordingLog();
  const meters = recordingMeters();
  const redis = createRedis({ place: { kind: 'single', host, port }, log, meters, budgetMs: 500 });
  await redis.started;
  const made = tokensOver(source, {
    clock,
    meters,
    log,
    shared:
      key === undefined
        ? undefined
        : createSharedTokenCache({ redis, key: new Secret(key), clock, meters, log }),
    openFeed: (onRecord) => createRevocationFeed({ redis, log, onRecord, pollMs: 20 }),
  });
  t.after(() => {
    made.tokens.close();
    redis.close();
  });
  const kind = async (sent = token) => (await made.tokens.validate(sent, asker())).kind;
  return { tokens: made.tokens, clock, log, meters, redis, kind };
};

const key = 'a secret of thirty-two bytes or more';
const entries = async (redis: TestRedis): Promise<string[]> =>
  (await redis.cli('KEYS', 'images-gateway:token:*')).split('\n').filter((line) => line !== '');

test('what one replica validated, another knows without asking Keystone', async (t) => {
  const redis = await started(t);
  const [one, two] = [scriptedSource(() => validAnswer()), scriptedSource(() => assert.fail('asked'))];
  const first = await replica(t, redis, one, key);
  const second = await replica(t, redis, two, key, first.clock);
  assert.equal(await first.kind(), 'valid');
  await until(async () => (await entries(redis)).length === 1, 'the token is in Redis');
  const answer = await second.tokens.validate(token, asker());
  assert.ok(answer.kind === 'valid');
  assert.deepEqual([answer.identity.user.id, answer.identity.roles], ['u1', ['member', 'reader']]);
  assert.equal(second.meters.value('images_gateway_identity_cache_total', { result: 'shared' }), 1);
  first.clock.advance(301_000);
  await assert.rejects(
    async () => second.tokens.validate(token, asker()),
    /asked/,
    'it is not fresh for longer than there',
  );
});

test('Redis holds neither a token nor a name that could be read', async (t) => {
  const redis = await started(t);
  const { kind } = await replica(
    t,
    redis,
    scriptedSource(() => validAnswer()),
    key,
  );
  await kind();
  await until(async () => (await entries(redis)).length === 1, 'the token is in Redis');
  const [name = ''] = await entries(redis);
  const held = `${name} ${await redis.cli('GET', name)}`;
  const decoded = Buffer.from(held.split(' ')[1] ?? '', 'base64').toString('latin1');
  for (const text of [token, token.slice(0, 8), tokenHash(token), 'demo', 'member', 'u1"', 'p1"']) {
    assert.ok(!held.includes(text) && !decoded.includes(text), text);
  }
  assert.ok(Number(await redis.cli('PTTL', name)) > 0, 'it ends by itself');
});

for (const [name, change] of [
  ['changed in one bit', (value: string) => flipped(value)],
  ['cut short', (value: string) => value.slice(0, 20)],
  ['emptied', () => ''],
  ['replaced by plain JSON', () => JSON.stringify({ version: 1, ...validAnswer(), freshUntil: 9e15 })],
] as const) {
  test(`an entry that was ${name} is refused, told and removed, and Keystone is asked`, async (t) => {
    const redis = await started(t);
    const first = await replica(
      t,
      redis,
      scriptedSource(() => validAnswer()),
      key,
    );
    await first.kind();
    await until(async () => (await entries(redis)).length === 1, 'the token is in Redis');
    const [entry = ''] = await entries(redis);
    await redis.cli('SET', entry, change(await redis.cli('GET', entry)));
    const source = scriptedSource(() => ({ kind: 'invalid' }));
    const second = await replica(t, redis, source, key, first.clock);
    assert.equal(await second.kind(), 'invalid');
    assert.equal(source.asked.length, 1);
    assert.equal(second.meters.value('images_gateway_identity_shared_forged_total'), 1);
    assert.ok(
      second.log.lines.some(({ level, message }) => level === 'error' && message.includes('refused')),
    );
    await until(async () => (await entries(redis)).length === 0, 'the entry is gone');
  });
}

test('an entry of one token does not open for another, nor under another key', async (t) => {
  const redis = await started(t);
  const first = await replica(
    t,
    redis,
    scriptedSource(() => validAnswer()),
    key,
  );
  await first.kind('token-one');
  await until(async () => (await entries(redis)).length === 1, 'the first is in Redis');
  const [one = ''] = await entries(redis);
  const sealed = await redis.cli('GET', one);
  await first.kind('token-two');
  await until(async () => (await entries(redis)).length === 2, 'the second is in Redis');
  const two = (await entries(redis)).find((entry) => entry !== one) ?? '';
  await redis.cli('SET', two, sealed);
  const second = await replica(
    t,
    redis,
    scriptedSource(() => ({ kind: 'invalid' })),
    key,
    first.clock,
  );
  assert.equal(await second.kind('token-two'), 'invalid');
  assert.equal(await second.kind('token-one'), 'valid');
  const stranger = await replica(
    t,
    redis,
    scriptedSource(() => ({ kind: 'invalid' })),
    'another key',
    first.clock,
  );
  assert.equal(await stranger.kind('token-one'), 'invalid', 'it looks under another name');
});

test('with Redis gone, Keystone is asked as if there were no other replica', async (t) => {
  const redis = await started(t);
  const source = scriptedSource(() => validAnswer());
  const { kind } = await replica(t, redis, source, key);
  await redis.kill();
  assert.equal(await kind('one'), 'valid');
  assert.equal(await kind('two'), 'valid');
  assert.equal(source.asked.length, 2);
});

test('with Keystone gone, a replica still takes the word of another', async (t) => {
  const redis = await started(t);
  const first = await replica(
    t,
    redis,
    scriptedSource(() => validAnswer()),
    key,
  );
  await first.kind();
  await until(async () => (await entries(redis)).length === 1, 'the token is in Redis');
  const down = scriptedSource(() => ({ kind: 'unavailable', reason: 'refused' }));
  const second = await replica(t, redis, down, key, first.clock);
  for (let n = 0; n < 6; n++) await second.kind(`stranger${n}`);
  assert.equal(second.tokens.health().circuit, 'open');
  assert.equal(await second.kind(), 'valid');
});

test('a revocation reaches every replica within a second, one that starts later, and the shared cache', async (t) => {
  const redis = await started(t);
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
  const redis = await started(t);
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
  const redis = await started(t);
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

const flipped = (value: string): string => {
  const bytes = Buffer.from(value, 'base64');
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  return bytes.toString('base64');
};
