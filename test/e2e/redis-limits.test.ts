/** Limits that several gateways share through a real Redis: exact while it is there, fair and fast while it is not. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startBlackHole } from '../support/black-hole.ts';
import { type LimitClient, limitClient } from '../support/limit-client.ts';
import { type LimitLoad, startLoad } from '../support/limit-load.ts';
import { admitted, chargeOf, limitOf, statesOf } from '../support/limits.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { onBusyMachine, until } from '../support/until.ts';

const serve = async (t: TestContext): Promise<TestRedis> => {
  const server = await startRedis();
  t.after(() => server.close());
  return server;
};

const connect = (t: TestContext, port: number, options = {}): LimitClient => {
  const client = limitClient({ kind: 'single', host: '127.0.0.1', port }, options);
  t.after(() => client.redis.close());
  return client;
};

const countsInRedis = ({ meters }: LimitClient): boolean =>
  meters.value('images_gateway_limits_store_up') === 1;

/** Waits for the change, and says how many milliseconds it took. */
const changed = async (client: LimitClient, toRedis: boolean): Promise<number> => {
  const start = performance.now();
  await until(() => countsInRedis(client) === toRedis, `limits are counted in Redis: ${toRedis}`);
  return performance.now() - start;
};

const loaded = (t: TestContext, { limits }: LimitClient, limit: ReturnType<typeof limitOf>): LimitLoad => {
  const load = startLoad(limits, limit);
  t.after(() => load.stop());
  return load;
};

const outages: Readonly<
  Record<string, { begin(server: TestRedis): Promise<void>; end(server: TestRedis): Promise<void> }>
> = {
  'is killed and started again': { begin: (server) => server.kill(), end: (server) => server.restart() },
  'is paused and goes on': {
    begin: async (server) => server.freeze(),
    end: async (server) => server.thaw(),
  },
};

for (const [name, { begin, end }] of Object.entries(outages))
  test(`while a Redis under load ${name}, nobody waits longer than 60 ms or gets more than the share`, async (t) => {
    const server = await serve(t);
    const client = connect(t, server.port, { replicas: 4 });
    await client.redis.started;
    const wide = loaded(t, client, limitOf({ name: 'wide', points: 1_000_000_000 }));
    await until(() => wide.asked() > 200, 'there is load');
    await begin(server);
    await changed(client, false);
    const share = loaded(t, client, limitOf({ name: 'tight', points: 40 }));
    await until(() => share.asked() > 300, 'there is load on the tight limit');
    assert.equal(share.passed(), 10, 'a quarter of the limit, to the last point');
    await share.stop();
    await end(server);
    const back = await changed(client, true);
    assert.ok(back < onBusyMachine(1000), `back after ${back} ms`);
    const asked = wide.asked();
    await until(() => wide.asked() > asked + 100, 'there is load after the outage');
    await wide.stop();
    const longest = await wide.longestWaitMs();
    assert.ok(longest < 60, `the longest wait was ${longest} ms`);
    assert.ok(admitted(await client.limits.consume([chargeOf(limitOf({ name: 'tight', points: 40 }))])));
  });

test('an outage gives nobody a second allowance: what was let through before and during it is counted', async (t) => {
  const server = await serve(t);
  const client = connect(t, server.port, { replicas: 2, budgetMs: 30_000 });
  await client.redis.started;
  const limit = limitOf({ points: 40, per: 'hour' });
  const ask = async (times: number): Promise<number> => {
    let passed = 0;
    for (let turn = 0; turn < times; turn += 1)
      if (admitted(await client.limits.consume([chargeOf(limit)]))) passed += 1;
    return passed;
  };
  assert.equal(await ask(15), 15);
  await server.shutdown();
  await changed(client, false);
  assert.equal(await ask(10), 5, 'half of the limit, less what Redis let through here');
  await server.restart();
  await changed(client, true);
  const left = async () => statesOf(await client.limits.peek([chargeOf(limit)]))[0]?.remaining;
  await until(async () => (await left()) === 20, 'Redis knows of all 20');
});

test('behind a server that swallows everything, limits are judged without a wait, and in Redis once it is one', async (t) => {
  const server = await serve(t);
  await server.shutdown();
  const hole = await startBlackHole(server.port);
  const client = connect(t, server.port, { replicas: 2 });
  const load = loaded(t, client, limitOf({ points: 100 }));
  await until(() => load.asked() > 300, 'there is load');
  assert.equal(load.passed(), 50);
  await load.stop();
  const longest = await load.longestWaitMs();
  assert.ok(longest < 60, `${longest} ms`);
  await hole.close();
  await server.restart();
  const back = await changed(client, true);
  assert.ok(back < onBusyMachine(1000), `back after ${back} ms`);
});

test('without Redis the rule decides: everything passes, or nothing is judged', async (t) => {
  const hole = await startBlackHole();
  t.after(() => hole.close());
  const limit = limitOf({ points: 1 });
  const allowing = connect(t, hole.port, { whenDown: 'allow' });
  const denying = connect(t, hole.port, { whenDown: 'deny' });
  for (let turn = 0; turn < 3; turn += 1) {
    assert.deepEqual(await allowing.limits.consume([chargeOf(limit)]), { kind: 'counted', states: [] });
    assert.equal((await denying.limits.consume([chargeOf(limit)])).kind, 'unavailable');
  }
});

test('counters are there again after a restart of Redis that saved them', async (t) => {
  const server = await serve(t);
  const client = connect(t, server.port, { budgetMs: 30_000 });
  await client.redis.started;
  const limit = limitOf({ points: 10, per: 'hour' });
  for (let turn = 0; turn < 4; turn += 1) await client.limits.consume([chargeOf(limit)]);
  await server.shutdown();
  await changed(client, false);
  await server.restart();
  await changed(client, true);
  assert.equal(statesOf(await client.limits.peek([chargeOf(limit)]))[0]?.remaining, 6);
});

const hour = 3_600_000;

test('a clock of a gateway that is set an hour forth or back changes nothing that Redis counts', async (t) => {
  const server = await serve(t);
  t.mock.timers.enable({ apis: ['Date'], now: 10 * hour });
  const limit = limitOf({ points: 2 });
  const [one, other] = [
    connect(t, server.port, { budgetMs: 30_000 }),
    connect(t, server.port, { budgetMs: 30_000 }),
  ];
  await Promise.all([one.redis.started, other.redis.started]);
  assert.ok(admitted(await one.limits.consume([chargeOf(limit)])));
  t.mock.timers.setTime(11 * hour);
  assert.ok(admitted(await one.limits.consume([chargeOf(limit)])));
  for (const time of [11, 9]) {
    t.mock.timers.setTime(time * hour);
    for (const { limits } of [one, other]) {
      const answer = await limits.consume([chargeOf(limit)]);
      assert.equal(admitted(answer), false);
      const left = statesOf(answer)[0]?.resetMs ?? 0;
      assert.ok(left > 0 && left <= 60_000, `${left} ms`);
    }
  }
});

test('a clock of Redis that is set an hour back keeps nobody out for longer than a window, one set forth ends windows once', async (t) => {
  const server = await serve(t);
  const { limits, redis } = connect(t, server.port, { budgetMs: 30_000 });
  await redis.started;
  const limit = limitOf({ points: 1 });
  const ask = async () => statesOf(await limits.consume([chargeOf(limit)]))[0];
  assert.equal((await ask())?.exceeded, false);
  const key = await server.cli('--scan');
  // Redis keeps the moment of a key's end, so a step of its clock is to a counter what an end so much later or earlier is.
  const ends = Number(await server.cli('PEXPIRETIME', key));
  await server.cli('PEXPIREAT', key, String(ends + hour));
  const back = await ask();
  assert.equal(back?.exceeded, true);
  assert.ok(back.resetMs <= 60_000, `${back.resetMs} ms`);
  assert.ok(Number(await server.cli('PTTL', key)) <= 60_000);
  await server.cli('PEXPIREAT', key, String(ends - hour));
  const fresh = connect(t, server.port, { budgetMs: 30_000 });
  await fresh.redis.started;
  assert.equal(admitted(await fresh.limits.consume([chargeOf(limit)])), true);
  assert.equal(admitted(await fresh.limits.consume([chargeOf(limit)])), false);
});

test('four processes and 10,000 requests get the whole limit and not one more', async (t) => {
  const server = await serve(t);
  const script = fileURLToPath(new URL('../support/limit-process.ts', import.meta.url));
  const place = JSON.stringify({ kind: 'single', host: server.host, port: server.port });
  const run = async (): Promise<number> => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, place, '2500', '7777']);
    return Number(stdout);
  };
  const passed = await Promise.all([run(), run(), run(), run()]);
  assert.equal(
    passed.reduce((sum, count) => sum + count, 0),
    7777,
  );
});

test('a reset gives a project its whole allowance again, within a second on every gateway', async (t) => {
  const server = await serve(t);
  const [one, other] = [
    connect(t, server.port, { budgetMs: 30_000 }),
    connect(t, server.port, { budgetMs: 30_000 }),
  ];
  await Promise.all([one.redis.started, other.redis.started]);
  const [reads, writes] = [limitOf({ name: 'reads', points: 1 }), limitOf({ name: 'writes', points: 1 })];
  for (const subject of ['project:a', 'project:a/image-3', 'project:ab'])
    await one.limits.consume([chargeOf(reads, subject), chargeOf(writes, subject)]);
  assert.equal(admitted(await other.limits.consume([chargeOf(reads, 'project:a')])), false);
  assert.equal(await one.limits.reset('project:a', 'reads'), 2);
  assert.equal(await one.limits.reset('project:a'), 2);
  assert.ok(
    admitted(await one.limits.consume([chargeOf(writes, 'project:a')])),
    'at once where it was asked',
  );
  await until(
    async () => admitted(await other.limits.consume([chargeOf(reads, 'project:a')])),
    'the other gateway lets the project in',
    1500,
  );
  assert.equal(admitted(await other.limits.consume([chargeOf(reads, 'project:ab')])), false);
});
