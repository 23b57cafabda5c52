/**
 * A primary with workers that count alone, without a gateway: `limit-workers.ts WORKERS REQUESTS POINTS [SIDES]`.
 * Prints as JSON how many requests were let through in all, and how long they took.
 */
import cluster from 'node:cluster';
import { createMemoryLimits } from '../../src/adapters/limits-memory.ts';
import { serveLimits } from '../../src/adapters/limits-primary.ts';
import { SharedLimits } from '../../src/adapters/limits-shared.ts';
import { createWorkerLimits } from '../../src/adapters/limits-worker.ts';
import { ChannelPeer } from '../../src/workers/channel.ts';
import { admitted, chargeOf, limitOf } from './limits.ts';

interface Done {
  readonly passed: number;
  readonly elapsedMs: number;
}

const [workers = 1, requests = 0, points = 0, sides = 32] = process.argv.slice(2).map(Number);

const runPrimary = async (): Promise<void> => {
  const limits = new SharedLimits({ counters: createMemoryLimits(), workers });
  const forked = Array.from({ length: workers }, () => cluster.fork());
  const results = forked.map((worker): Promise<Done> => {
    serveLimits(new ChannelPeer(worker), limits);
    const { promise, resolve } = Promise.withResolvers<Done>();
    worker.on('message', (message: object) => {
      if ('passed' in message) resolve(message as Done);
    });
    return promise;
  });
  const done = await Promise.all(results);
  // Not before: who ends takes along what it holds.
  for (const worker of forked) worker.disconnect();
  const passed = done.reduce((sum, { passed: count }) => sum + count, 0);
  const elapsedMs = Math.max(...done.map(({ elapsedMs: ms }) => ms));
  process.stdout.write(JSON.stringify({ passed, elapsedMs }));
};

const runWorker = async (): Promise<void> => {
  const channel = {
    send: (message: object) => process.send?.(message),
    on: process.on.bind(process),
  };
  const limits = createWorkerLimits({ primary: new ChannelPeer(channel), workers, budgetMs: 30_000 });
  const limit = limitOf({ name: 'shared', points, per: 'hour' });
  let left = requests / workers;
  let passed = 0;
  const side = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      if (admitted(await limits.consume([chargeOf(limit)]))) passed += 1;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: sides }, side));
  const done: Done = { passed, elapsedMs: performance.now() - start };
  process.send?.(done);
};

await (cluster.isPrimary ? runPrimary() : runWorker());
