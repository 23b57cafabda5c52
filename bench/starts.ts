/** How long the gateway takes until it is ready, and what it holds when it has nothing to do. */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuNanoseconds, memoryOf } from './child.ts';
import type { Outside } from './outside.ts';
import { startProxy } from './proxies.ts';
import { rowOf } from './rows.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface Starts {
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

export const measureStarts = async (outside: Outside, rounds: number): Promise<Starts> => {
  const found: { wall: number; cpu: number; memory: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const proxy = await startProxy(rowOf('ours'), outside);
    while (!(await ready(proxy.adminUrl))) await pause(2);
    const wall = performance.now() - proxy.startedAt;
    const cpu = (await cpuNanoseconds(proxy.pid)) / 1e6;
    await pause(1000);
    found.push({ wall, cpu, memory: (await memoryOf(proxy.pid)).now });
    await proxy.stop();
  }
  const of = (name: 'wall' | 'cpu' | 'memory') => spreadOf(found.map((each) => each[name]));
  return { wall: of('wall'), cpu: of('cpu'), memory: of('memory') };
};
