import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenHash } from '../../src/adapters/token-source.ts';
import { entries, key, redisOf, replica, token } from '../support/replicas.ts';
import { asker, scriptedSource, validAnswer } from '../support/tokens.ts';
import { until } from '../support/until.ts';

test('what one replica validated, another knows without asking Keystone', async (t) => {
  const redis = await redisOf(t);
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
  const redis = await redisOf(t);
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
    const redis = await redisOf(t);
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
  const redis = await redisOf(t);
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
  const redis = await redisOf(t);
  const source = scriptedSource(() => validAnswer());
  const { kind } = await replica(t, redis, source, key);
  await redis.kill();
  assert.equal(await kind('one'), 'valid');
  assert.equal(await kind('two'), 'valid');
  assert.equal(source.asked.length, 2);
});

test('with Keystone gone, a replica still takes the word of another', async (t) => {
  const redis = await redisOf(t);
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

const flipped = (value: string): string => {
  const bytes = Buffer.from(value, 'base64');
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  return bytes.toString('base64');
};
