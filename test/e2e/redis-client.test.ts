/** The connection to a real Redis: within its budget whatever happens, and back by itself. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createRedis, type Redis } from '../../src/adapters/redis-client.ts';
import { redisAddress } from '../../src/adapters/redis-place.ts';
import { redisScript } from '../../src/adapters/redis-script.ts';
import { startBlackHole } from '../support/black-hole.ts';
import { recordingLog, recordingMeters } from '../support/recording.ts';
import { startRedis } from '../support/redis.ts';
import { watchStalls } from '../support/stalls.ts';
import { onBusyMachine, until } from '../support/until.ts';

/** A budget, in milliseconds, that a busy machine does not exceed. */
const patience = 30_000;

const connect = (t: TestContext, port: number, { login = '', budgetMs = 50 } = {}) => {
  const log = recordingLog();
  const meters = recordingMeters();
  const redis = createRedis({ ...redisAddress(`redis://${login}127.0.0.1:${port}`), budgetMs, log, meters });
  t.after(() => redis.close());
  return { redis, log, meters };
};

const serve = async (t: TestContext) => {
  const server = await startRedis();
  t.after(() => server.close());
  return server;
};

/** How long a call took, in milliseconds, and whether it was answered. */
const timed = async (redis: Redis): Promise<{ readonly ms: number; readonly answered: boolean }> => {
  const start = performance.now();
  const { kind } = await redis.get('key');
  return { ms: performance.now() - start, answered: kind === 'answered' };
};

/** Calls in turn until Redis is found to be there, or not; the longest wait among them. */
const longestWaitUntil = async (redis: Redis, there: boolean): Promise<number> => {
  let longest = 0;
  await until(
    async () => {
      longest = Math.max(longest, (await timed(redis)).ms);
      return redis.available() === there;
    },
    there ? 'Redis is used again' : 'Redis is left alone',
  );
  return longest;
};

test('values are written with a life, read, kept apart and removed', async (t) => {
  const server = await serve(t);
  const { redis } = connect(t, server.port, { budgetMs: patience });
  await redis.started;
  assert.deepEqual(await redis.set('key', 'one', 60_000, true), { kind: 'answered', value: true });
  assert.deepEqual(await redis.set('key', 'two', 60_000, true), { kind: 'answered', value: false });
  assert.deepEqual(await redis.get('key'), { kind: 'answered', value: 'one' });
  assert.ok(Number(await server.cli('PTTL', 'key')) > 50_000);
  assert.deepEqual(await redis.keys('k*'), { kind: 'answered', value: ['key'] });
  assert.deepEqual(await redis.del('key'), { kind: 'answered', value: true });
  assert.deepEqual(await redis.get('key'), { kind: 'answered', value: null });
});

test('a script runs on a server that has never seen it, and after its cache was emptied', async (t) => {
  const server = await serve(t);
  const { redis } = connect(t, server.port, { budgetMs: patience });
  await redis.started;
  const script = redisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}");
  for (const count of [1, 2]) {
    assert.deepEqual(await redis.run(script, ['n'], ['x']), { kind: 'answered', value: ['n', 'x', count] });
    await server.cli('SCRIPT', 'FLUSH');
  }
});

test('messages reach those who subscribed', async (t) => {
  const server = await serve(t);
  const { redis } = connect(t, server.port, { budgetMs: patience });
  await redis.started;
  const { promise, resolve } = Promise.withResolvers<string>();
  const leave = await redis.subscribe('news', resolve);
  await redis.publish('news', 'hello');
  assert.equal(await promise, 'hello');
  await leave();
});

for (const [name, stop, resume] of [
  ['killed', 'kill', 'restart'],
  ['paused', 'freeze', 'thaw'],
] as const)
  test(`a Redis that is ${name} costs no call more than 60 ms, and is used again within a second`, async (t) => {
    const server = await serve(t);
    const { redis, log, meters } = connect(t, server.port);
    await redis.started;
    await longestWaitUntil(redis, true);
    const stalls = watchStalls();
    t.after(() => stalls.stop());
    await server[stop]();
    const waits = [await longestWaitUntil(redis, false)];
    for (let turn = 0; turn < 50; turn += 1) waits.push((await timed(redis)).ms);
    const slack = 2 * (await stalls.worstMs());
    assert.ok(Math.max(...waits) < 60 + slack, `${Math.max(...waits)} ms, of which the machine's ${slack}`);
    assert.ok(Math.min(...waits) < 5, `${Math.min(...waits)} ms once it is left alone`);
    assert.equal(meters.value('images_gateway_redis_up'), 0);
    await server[resume]();
    const back = performance.now();
    await longestWaitUntil(redis, true);
    assert.ok(performance.now() - back < onBusyMachine(1000), `${performance.now() - back} ms`);
    assert.equal(meters.value('images_gateway_redis_up'), 1);
    assert.deepEqual(
      log.lines.map(({ level }) => level),
      ['warn', 'info'],
    );
  });

test('a server that takes connections and never answers is given up at once for requests', async (t) => {
  const hole = await startBlackHole();
  t.after(() => hole.close());
  const { redis } = connect(t, hole.port);
  const stalls = watchStalls();
  t.after(() => stalls.stop());
  const waits = [];
  for (let turn = 0; turn < 20; turn += 1) waits.push(await timed(redis));
  const limit = 60 + 2 * (await stalls.worstMs());
  assert.ok(waits.every(({ ms, answered }) => ms < limit && !answered));
});

test('a Redis that comes late is found', async (t) => {
  const server = await serve(t);
  await server.shutdown();
  const { redis } = connect(t, server.port);
  await redis.started;
  assert.equal(redis.available(), false);
  assert.deepEqual(await redis.get('key'), { kind: 'unavailable', reason: 'circuit-open' });
  await server.restart();
  await until(() => redis.available(), 'Redis is available');
});

test('a user of the access list is logged in, and a wrong password is told as such without repeating it', async (t) => {
  const server = await serve(t);
  await server.cli('ACL', 'SETUSER', 'gateway', 'on', '>right-one@', '~*', '&*', '+@all');
  await server.cli('ACL', 'SETUSER', 'default', 'off');
  const right = connect(t, server.port, { login: 'gateway:right-one%40@', budgetMs: patience });
  await until(() => right.redis.available(), 'logged in');
  assert.ok((await timed(right.redis)).answered);
  const wrong = connect(t, server.port, { login: 'gateway:wrong-one@' });
  await wrong.redis.started;
  await until(() => wrong.log.lines.length > 0, 'a line in the log');
  assert.equal(wrong.redis.available(), false);
  assert.ok(JSON.stringify(wrong.log.lines).includes('credential'), JSON.stringify(wrong.log.lines));
  assert.ok(!JSON.stringify(wrong.log.lines).includes('wrong-one'));
});

test('a pause of this process is not taken for one of Redis', async (t) => {
  const server = await serve(t);
  const { redis } = connect(t, server.port);
  await redis.started;
  const calls = Array.from({ length: 20 }, () => redis.get('key'));
  // The calls leave before the pause, and their answers arrive within it.
  await new Promise(setImmediate);
  const end = performance.now() + 120;
  while (performance.now() < end);
  assert.ok((await Promise.all(calls)).every(({ kind }) => kind === 'answered'));
});
