/**
 * What one request's limits cost, in each store: `node bench/limits-store.ts [requests]`. Starts a redis-server of its
 * own. Prints CPU time, which is steadier than elapsed time on a machine that others use too.
 */
import { createMemoryLimits } from '../src/adapters/limits-memory.ts';
import { createRedisLimits } from '../src/adapters/limits-redis.ts';
import { createRedis } from '../src/adapters/redis-client.ts';
import type { LimitDefinition } from '../src/core/policy.ts';
import type { LimitCharge, LimitsPort } from '../src/core/ports.ts';
import { chargeOf, limitOf } from '../test/support/limits.ts';
import { recordingLog, recordingMeters } from '../test/support/recording.ts';
import { startRedis, type TestRedis } from '../test/support/redis.ts';

const requests = Number(process.argv[2] ?? 40_000);
const sides = 64;
const projects = 1000;

const limit = (name: string, other: Partial<LimitDefinition> = {}): LimitDefinition =>
  limitOf({ name, points: 1_000_000_000, per: 'hour', ...other });

/** One to four limits, as a request of a real policy has them. */
const sets: readonly (readonly LimitDefinition[])[] = [
  [limit('writes')],
  [limit('writes'), limit('all', { key: 'global' })],
  [limit('writes'), limit('project'), limit('all', { key: 'global' })],
  [limit('writes'), limit('project'), limit('address', { key: 'address' }), limit('all', { key: 'global' })],
];

const chargesFor = (limits: readonly LimitDefinition[], turn: number): readonly LimitCharge[] =>
  limits.map((each) => {
    if (each.key === 'global') return chargeOf(each, '*');
    return chargeOf(each, `${each.key}:${turn % projects}`);
  });

/** Microseconds of CPU that this process spent for each request, and requests a second. */
const measure = async (limits: LimitsPort, set: readonly LimitDefinition[]) => {
  let turn = 0;
  const side = async (): Promise<void> => {
    while (turn < requests) {
      turn += 1;
      const answer = limits.consume(chargesFor(set, turn));
      if (answer instanceof Promise) await answer;
    }
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: sides }, side));
  const { user, system } = process.cpuUsage(cpu);
  return { cpuUs: (user + system) / requests, perSecond: (requests / (performance.now() - start)) * 1000 };
};

/** Microseconds of CPU that Redis has spent so far. */
const redisCpu = async (server: TestRedis): Promise<number> => {
  const info = await server.cli('INFO', 'cpu');
  const of = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1] ?? 0);
  return (of('used_cpu_user') + of('used_cpu_sys')) * 1_000_000;
};

const server = await startRedis();
const telemetry = { log: recordingLog(), meters: recordingMeters() };
const redis = createRedis({
  place: { kind: 'single', host: server.host, port: server.port },
  budgetMs: 5000,
  ...telemetry,
});
await redis.started;
const shared = createRedisLimits({ redis, whenDown: 'local-share', replicas: 1, ...telemetry });

const print = (cells: readonly (string | number)[]): void => {
  const row = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell).padStart(24)).join('');
  process.stdout.write(`${row}\n`);
};

print([
  'limits of a request',
  'memory: gateway us',
  'Redis: gateway us',
  'Redis: Redis us',
  'requests/s, 64 at once',
]);
for (const set of sets) {
  const memory = await measure(createMemoryLimits(), set);
  await measure(shared, set);
  const before = await redisCpu(server);
  const remote = await measure(shared, set);
  const spent = ((await redisCpu(server)) - before) / requests;
  print([String(set.length), memory.cpuUs, remote.cpuUs, spent, remote.perSecond.toFixed(0)]);
}
redis.close();
await server.close();
