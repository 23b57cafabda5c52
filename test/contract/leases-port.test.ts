import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLeases } from '../../src/adapters/leases-memory.ts';
import { serveLeases } from '../../src/adapters/leases-primary.ts';
import { createRedisLeases } from '../../src/adapters/leases-redis.ts';
import { createWorkerLeases } from '../../src/adapters/leases-worker.ts';
import { createRedis } from '../../src/adapters/redis-client.ts';
import type { LeasesPort } from '../../src/core/ports.ts';
import { joinedPeers } from '../support/peers.ts';
import { recordingLog, recordingMeters } from '../support/recording.ts';
import { startRedis } from '../support/redis.ts';

const never = new AbortController().signal;
const held = async (leases: LeasesPort, name: string, waitMs = 5000) => {
  const lease = await leases.acquire(name, waitMs, never);
  assert.equal(lease.kind, 'held');
  return lease as Extract<typeof lease, { kind: 'held' }>;
};

/** What every store of leases must do; `other` is a second replica over the same store. */
const suite = (
  store: string,
  make: () => Promise<{ one: LeasesPort; other: LeasesPort; end(): Promise<void> }>,
) => {
  test(`${store}: only one of many holds a name at a time, and all get their turn`, async (t) => {
    const { one, other, end } = await make();
    t.after(end);
    let inside = 0;
    let most = 0;
    let turns = 0;
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const lease = await held(index % 2 === 0 ? one : other, 'image:a', 20_000);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        turns += 1;
        await lease.release();
      }),
    );
    assert.deepEqual({ most, turns }, { most: 1, turns: 40 });
  });

  test(`${store}: different names do not wait for each other`, async (t) => {
    const { one, other, end } = await make();
    t.after(end);
    const first = await held(one, 'image:a');
    const second = await held(other, 'image:b', 0);
    await first.release();
    await second.release();
  });

  test(`${store}: who waits longer than allowed is told that it is busy, and the holder keeps its turn`, async (t) => {
    const { one, other, end } = await make();
    t.after(end);
    const holder = await held(one, 'image:a');
    assert.deepEqual(await one.acquire('image:a', 30, never), { kind: 'busy' });
    assert.deepEqual(await other.acquire('image:a', 30, never), { kind: 'busy' });
    await holder.release();
    await (await held(other, 'image:a')).release();
  });

  test(`${store}: a request that ends while it waits leaves the queue in order`, async (t) => {
    const { one, end } = await make();
    t.after(end);
    const holder = await held(one, 'image:a');
    const client = new AbortController();
    const waiting = one.acquire('image:a', 5000, client.signal);
    client.abort();
    assert.deepEqual(await waiting, { kind: 'busy' });
    assert.deepEqual(await one.acquire('image:a', 20, never), { kind: 'busy' });
    await holder.release();
    await (await held(one, 'image:a')).release();
  });
};

suite('memory', async () => {
  const leases = createMemoryLeases();
  return { one: leases, other: leases, end: async () => undefined };
});

const workers = () => {
  const store = createMemoryLeases();
  const [first, second] = [joinedPeers(), joinedPeers()];
  const ended = serveLeases(first.worker, store);
  serveLeases(second.worker, store);
  const one = createWorkerLeases(first.primary);
  return { one, other: createWorkerLeases(second.primary), first, ended };
};

suite('the primary of several workers', async () => ({ ...workers(), end: async () => undefined }));

test('the primary of several workers: what a worker held that has ended is free', async () => {
  const { one, other, ended } = workers();
  await held(one, 'image:a');
  const waiting = one.acquire('image:a', 5000, never);
  assert.deepEqual(await other.acquire('image:a', 30, never), { kind: 'busy' });
  const next = held(other, 'image:a');
  ended();
  await (await next).release();
  assert.equal((await waiting).kind, 'busy');
});

test('the primary of several workers: when it is gone, that is told', async () => {
  const { one, first } = workers();
  first.primary.close();
  assert.deepEqual(await one.acquire('image:a', 5000, never), { kind: 'unavailable' });
});

const replicas = async (ttlMs?: number) => {
  const server = await startRedis();
  const log = recordingLog();
  const connect = () =>
    createRedis({
      place: { kind: 'single', host: server.host, port: server.port },
      log,
      meters: recordingMeters(),
    });
  const [first, second] = [connect(), connect()];
  await Promise.all([first.started, second.started]);
  const options = ttlMs === undefined ? { log } : { log, ttlMs };
  return {
    one: createRedisLeases({ redis: first, ...options }),
    other: createRedisLeases({ redis: second, ...options }),
    first,
    server,
    async end() {
      first.close();
      second.close();
      await server.close();
    },
  };
};

suite('Redis', replicas);

test('Redis: the lease of a replica that died ends by itself', async (t) => {
  const { one, other, first, end } = await replicas(300);
  t.after(end);
  await held(one, 'image:a');
  first.close();
  await (await held(other, 'image:a', 5000)).release();
});

test('Redis: a lease outlives its time as long as its holder lives', async (t) => {
  const { one, other, end } = await replicas(150);
  t.after(end);
  const holder = await held(one, 'image:a');
  assert.deepEqual(await other.acquire('image:a', 600, never), { kind: 'busy' });
  await holder.release();
});

test('Redis: a store that does not answer is told as such, at once', async (t) => {
  const { one, server, end } = await replicas();
  t.after(end);
  await server.kill();
  assert.deepEqual(await one.acquire('image:a', 5000, never), { kind: 'unavailable' });
});
