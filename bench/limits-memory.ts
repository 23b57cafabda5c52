/**
 * What many distinct projects take of a gateway's memory: `node bench/limits-memory.ts`. Each project makes one request
 * with two limits; the heap is read after a collection. Starts a redis-server of its own, and kills it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMemoryLimits } from '../src/adapters/limits-memory.ts';
import type { LimitsPort } from '../src/core/ports.ts';
import { limitClient } from '../test/support/limit-client.ts';
import { chargeOf, limitOf } from '../test/support/limits.ts';
import { startRedis } from '../test/support/redis.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

const limits = ['one', 'two'].map((name) => limitOf({ name, points: 10, per: 'hour' }));

/** One request of each of these projects, some at once. */
const ask = async (port: LimitsPort, from: number, to: number): Promise<void> => {
  let next = from;
  const side = async (): Promise<void> => {
    while (next < to) {
      const subject = `project:${String(next).padStart(32, '0')}`;
      next += 1;
      const answer = port.consume(limits.map((limit) => chargeOf(limit, subject)));
      if (answer instanceof Promise) await answer;
    }
  };
  await Promise.all(Array.from({ length: 64 }, side));
};

const print = (store: string, projects: number, used: number): void => {
  process.stdout.write(`${store.padEnd(16)}${String(projects).padStart(8)} projects ${used.toFixed(1)} MB\n`);
};

const measure = async (store: string, port: LimitsPort, steps: readonly number[]): Promise<void> => {
  const before = heap();
  for (const [index, projects] of steps.entries()) {
    await ask(port, steps[index - 1] ?? 0, projects);
    print(store, projects, heap() - before);
  }
};

await measure('memory', createMemoryLimits(), [50_000, 100_000, 200_000, 400_000]);
const server = await startRedis();
const client = limitClient({ kind: 'single', host: server.host, port: server.port }, { budgetMs: 5000 });
await client.redis.started;
await measure('with Redis', client.limits, [100_000, 200_000]);
const held = /used_memory:(\d+)/.exec(await server.cli('INFO', 'memory'))?.[1];
print('Redis itself', 200_000, Number(held) / 1e6);
await server.kill();
while (client.redis.available()) await pause(10);
const before = heap();
await ask(client.limits, 200_000, 400_000);
print('Redis is away', 200_000, heap() - before);
client.redis.close();
process.exit();
