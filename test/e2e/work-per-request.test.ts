/**
 * What a request costs, in counts instead of times: they are the same on every machine, so a change that doubles the
 * work of a request is seen on the smallest machine too. The policies are those that `npm run bench` times.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleBody } from '../../bench/sample.ts';
import { countedBounds, isWithin, tellOf } from '../support/counted-bounds.ts';
import { countedWorld, sampleRequest } from '../support/counted-world.ts';
import { keepAliveLoad } from '../support/keep-alive-load.ts';
import { startRedis } from '../support/redis.ts';

/** What is made once, such as a connection to the upstream, belongs to no request. */
const warmUp = 500;
const batch = 500;
const connections = 4;

test('under all policies a write costs what it must', async (t) => {
  const { gateway, port, upstream, keystone } = await countedWorld(t);

  await t.test('in counts: within the bounds, and twice as much would not be', async (t) => {
    const send = async (requests: number): Promise<void> => {
      const statuses = await keepAliveLoad(port, sampleRequest(), { requests, connections });
      assert.deepEqual(statuses, { 200: requests });
    };
    await send(warmUp);
    const opened = upstream.connections();
    const first = upstream.requests.length;
    const found = { allocated: Infinity, promises: Infinity, calls: Infinity, written: Infinity };
    for (const question of ['count', 'count', 'count promises', 'count promises'] as const) {
      const before = await gateway.count(question);
      await send(batch);
      const after = await gateway.count();
      for (const name of ['allocated', 'calls', 'written'] as const)
        found[name] = Math.min(found[name], (after[name] - before[name]) / batch);
      // Timers of the gateway make some too, so on a slow machine a batch has a few more.
      if (question === 'count promises')
        found.promises = Math.min(found.promises, (after.promises - before.promises) / batch);
    }
    const added = upstream.requests.slice(first).map((request) => request.length - sampleRequest().length);
    const counts = { ...found, added: Math.max(...added) };
    t.diagnostic(tellOf(counts));
    for (const bound of countedBounds) assert.ok(isWithin(bound, counts[bound.name]), tellOf(counts));
    assert.ok(upstream.requests.at(-1)?.endsWith(sampleBody), 'the body leaves as it came');
    // The pool of a gateway may open one more while an answer ends.
    assert.ok(opened <= connections + 1, `${opened} connections to the upstream`);
    assert.ok(upstream.connections() <= connections + 1, 'no request opens a connection of its own');
    assert.equal(keystone.validations().length, 1, 'a cached token costs no question to Keystone');
  });

  await t.test(
    'a token that many bring at once costs one question to Keystone, and none after it',
    async () => {
      const before = keystone.validations().length;
      for (const [token, asked] of [
        ['first', 1],
        ['second', 2],
        ['first', 2],
      ] as const) {
        await keepAliveLoad(port, sampleRequest({ token }), { requests: 60, connections: 30 });
        assert.equal(keystone.validations().length - before, asked);
      }
    },
  );

  await t.test('a write asks the cloud only about the key that is guarded', async () => {
    const questions = () => upstream.requests.filter((request) => request.startsWith('GET ')).length;
    await keepAliveLoad(port, sampleRequest(), { requests: 50, connections });
    assert.equal(questions(), 0);
    const guarded = sampleRequest({ body: JSON.stringify({ metadata: { auto_disk_config: 'TRUE' } }) });
    await keepAliveLoad(port, guarded, { requests: 1, connections: 1 });
    assert.equal(questions(), 4, 'the metadata, servers in each of two states, and all servers');
    await keepAliveLoad(port, guarded, { requests: 60, connections: 30 });
    // Only what can change from one write to the next is asked again.
    assert.ok(questions() <= 4 + 60 * 2.5, `${questions()} questions`);
  });
});

test('a request over its limit costs less than one that passes: in memory, in calls and in bytes written', async (t) => {
  const points = 1500 + batch;
  const { gateway, port, upstream } = await countedWorld(t, { points });
  const cost = async (status: number) => {
    const before = await gateway.count();
    const statuses = await keepAliveLoad(port, sampleRequest(), { requests: batch, connections });
    assert.deepEqual(statuses, { [status]: batch });
    const after = await gateway.count();
    const each = (name: 'allocated' | 'calls' | 'written') => (after[name] - before[name]) / batch;
    return { allocated: each('allocated'), calls: each('calls'), written: each('written') };
  };
  await keepAliveLoad(port, sampleRequest(), { requests: points - batch, connections });
  const passed = await cost(200);
  // The way of a refusal has to be compiled too.
  await keepAliveLoad(port, sampleRequest(), { requests: points - batch, connections });
  const refused = await cost(413);
  t.diagnostic(JSON.stringify({ passed, refused }));
  for (const name of ['allocated', 'calls', 'written'] as const)
    assert.ok(
      refused[name] < passed[name],
      `${name}: ${refused[name]} for a refusal, ${passed[name]} for a pass`,
    );
  assert.equal(upstream.requests.length, points, 'nothing of it leaves');
});

test('with its limits in Redis a request makes one round trip, however many limits it has', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const { port } = await countedWorld(t, { redis: `redis://${redis.host}:${redis.port}` });
  /** Calls of scripts but for those that read the list of revocations, once a second. */
  const roundTrips = async (): Promise<number> => {
    const stats = await redis.cli('INFO', 'commandstats');
    const calls = (command: string) =>
      Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    return calls('evalsha') + calls('eval') - calls('xrange');
  };
  const send = async (requests: number): Promise<void> => {
    const statuses = await keepAliveLoad(port, sampleRequest(), { requests, connections });
    assert.deepEqual(statuses, { 200: requests });
  };
  await send(10);
  const before = await roundTrips();
  await send(200);
  assert.equal((await roundTrips()) - before, 200);
});
