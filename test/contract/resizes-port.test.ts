import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedis } from '../../src/adapters/redis-client.ts';
import { createWorkerResizes, serveResizes } from '../../src/adapters/resizes-channel.ts';
import { createMemoryResizes } from '../../src/adapters/resizes-memory.ts';
import { createRedisResizes } from '../../src/adapters/resizes-redis.ts';
import type { ResizesPort, SeenResize } from '../../src/core/ports.ts';
import { joinedPeers } from '../support/peers.ts';
import { recordingLog, recordingMeters } from '../support/recording.ts';
import { startRedis } from '../support/redis.ts';

const rememberMs = 60_000;

interface World {
  readonly resizes: ResizesPort;
  /** A second replica over the same store. */
  readonly other: ResizesPort;
  pass(milliseconds: number): void;
  end(): Promise<void>;
}

const resize = (serverId: string, imageId: string | undefined, at: number): SeenResize => ({
  serverId,
  imageId,
  projectId: 'p1',
  at,
});
const ids = (found: readonly SeenResize[] | undefined) => found?.map(({ serverId }) => serverId).sort();

const suite = (store: string, make: () => Promise<World>) => {
  test(`${store}: a resize is known to every replica until it is forgotten`, async (t) => {
    const { resizes, other, end } = await make();
    t.after(end);
    assert.equal(await resizes.remember(resize('s1', 'i1', 1000)), 'new');
    assert.equal(await other.remember(resize('s1', 'i1', 2000)), 'known');
    await other.remember(resize('s2', 'i1', 2000));
    await other.remember(resize('s3', 'i2', 2000));
    assert.deepEqual(ids(await resizes.ofImage('i1', 'p1')), ['s1', 's2']);
    await resizes.forget('s1');
    await resizes.forget('s1');
    assert.deepEqual(await other.ofImage('i1', 'p1'), [resize('s2', 'i1', 2000)]);
    assert.equal(await other.remember(resize('s1', 'i1', 3000)), 'new');
  });

  test(`${store}: a server booted from a volume counts for every image of its project, and no other`, async (t) => {
    const { resizes, end } = await make();
    t.after(end);
    await resizes.remember(resize('s9', undefined, 1000));
    assert.deepEqual(ids(await resizes.ofImage('i1', 'p1')), ['s9']);
    assert.deepEqual(ids(await resizes.ofImage('i2', 'p1')), ['s9']);
    assert.deepEqual(ids(await resizes.ofImage('i1', 'p2')), []);
  });

  test(`${store}: a resize that nobody ended is forgotten in the end`, async (t) => {
    const { resizes, pass, end } = await make();
    t.after(end);
    await resizes.remember(resize('s1', 'i1', 0));
    pass(rememberMs - 1);
    assert.deepEqual(ids(await resizes.ofImage('i1', 'p1')), ['s1']);
    pass(1);
    assert.deepEqual(ids(await resizes.ofImage('i1', 'p1')), []);
  });
};

suite('memory', async () => {
  let now = 0;
  const resizes = createMemoryResizes({ now: () => now }, rememberMs);
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { resizes, other: resizes, pass, end: async () => undefined };
});

suite('the primary of several workers', async () => {
  let now = 0;
  const store = createMemoryResizes({ now: () => now }, rememberMs);
  const connect = (): ResizesPort => {
    const { worker, primary } = joinedPeers();
    serveResizes(worker, store);
    return createWorkerResizes(primary);
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { resizes: connect(), other: connect(), pass, end: async () => undefined };
});

test('the primary of several workers: when it is gone, that is told, and not taken for nothing', async () => {
  const { primary } = joinedPeers();
  const resizes = createWorkerResizes(primary);
  primary.close();
  assert.equal(await resizes.remember(resize('s1', 'i1', 0)), undefined);
  assert.equal(await resizes.ofImage('i1', 'p1'), undefined);
});

const overRedis = async () => {
  let now = 0;
  const server = await startRedis();
  const place = { kind: 'single', host: server.host, port: server.port } as const;
  const redis = createRedis({ place, log: recordingLog(), meters: recordingMeters() });
  await redis.started;
  const make = () => createRedisResizes({ redis, clock: { now: () => now }, rememberMs });
  const end = async () => {
    redis.close();
    await server.close();
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { resizes: make(), other: make(), pass, end, server };
};

suite('Redis', overRedis);

test('Redis: what cannot be read or written is told, never taken for nothing', async (t) => {
  const { resizes, server, end } = await overRedis();
  t.after(end);
  await server.cli('HSET', 'images-gateway:resizes:image:i1', 's1', 'not json');
  assert.equal(await resizes.ofImage('i1', 'p1'), undefined);
  await server.kill();
  assert.equal(await resizes.ofImage('i2', 'p1'), undefined);
  assert.equal(await resizes.remember(resize('s1', 'i1', 0)), undefined);
});
