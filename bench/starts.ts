/** How long the gateway takes until it is ready, and what it holds when it has nothing to do. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuNanoseconds, memoryOf } from './child.ts';
import type { Outside } from './outside.ts';
import { startProxy } from './proxies.ts';
import { rowOf } from './rows.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface Starts {
  /** How it was started, in words. */
  readonly how: string;
  /** Milliseconds from the start of the process until `/readyz` says yes. */
  readonly wall: Spread;
  /** CPU milliseconds until then. */
  readonly cpu: Spread;
  /** Resident MiB a second later. */
  readonly memory: Spread;
}

const ready = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

const startOnce = async (outside: Outside, cache: string) => {
  // Node.js takes a name that is empty for none.
  process.env['NODE_COMPILE_CACHE'] = cache;
  const proxy = await startProxy(rowOf('ours'), outside);
  process.env['NODE_COMPILE_CACHE'] = '';
  while (!(await ready(proxy.adminUrl))) await pause(2);
  const wall = performance.now() - proxy.startedAt;
  const cpu = (await cpuNanoseconds(proxy.pid)) / 1e6;
  await pause(1000);
  const memory = (await memoryOf(proxy.pid)).now;
  // In the end it writes down what it has compiled.
  await proxy.stop();
  return { wall, cpu, memory };
};

/** From the build alone, and with its code compiled beforehand, as the image has it (docs/adr/023). */
export const measureStarts = async (outside: Outside, rounds: number): Promise<readonly Starts[]> => {
  const cache = join(outside.folder, 'compiled');
  await startOnce(outside, cache);
  const ways = [
    { how: 'what `npm run build` makes', cache: '', found: [] as Awaited<ReturnType<typeof startOnce>>[] },
    { how: 'the same, compiled beforehand, as in the image', cache, found: [] },
  ];
  for (let round = 0; round < rounds; round++)
    for (const way of ways) way.found.push(await startOnce(outside, way.cache));
  return ways.map(({ how, found }) => ({
    how,
    wall: spreadOf(found.map(({ wall }) => wall)),
    cpu: spreadOf(found.map(({ cpu }) => cpu)),
    memory: spreadOf(found.map(({ memory }) => memory)),
  }));
};
