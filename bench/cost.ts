/** CPU time of a request, row by row: rows take turns, so that what disturbs the machine disturbs neighbours alike. */
import { cpuNanoseconds, memoryOf, signalTree } from './child.ts';
import type { LoadResult } from './load.ts';
import type { Outside } from './outside.ts';
import { missingFor, type Running, startProxy } from './proxies.ts';
import { type Row, requestOf } from './rows.ts';
import { median, ratioOf, type Spread, spreadOf } from './statistics.ts';

export interface Cost {
  readonly id: string;
  readonly name: string;
  readonly does: string;
  /** What is wrong with the row, if anything; then it has no figures. */
  readonly flaw: string | undefined;
  /** CPU microseconds of the proxy a request. */
  readonly cpu: Spread;
  /** Of `cpu` to that of the first row, round by round. */
  readonly ratio: Spread;
  readonly perSecond: number;
  /** MiB, behind the load. */
  readonly memory: number;
}

export interface CostOptions {
  readonly rounds: number;
  /** Of each turn. */
  readonly seconds: number;
  /** Requests of a row before it is measured: V8 compiles for its best only what has run often. */
  readonly warmUp: number;
  readonly told: (progress: string) => void;
}

const connections = 32;
const nothing: Spread = { median: 0, low: 0, high: 0 };

interface Measured {
  readonly proxy: Running;
  readonly cpu: number[];
  readonly loads: LoadResult[];
}

/** A row is void if a single answer had another status than it should. */
const flawOf = ({ status = 200 }: Row, loads: readonly LoadResult[]): string | undefined => {
  const odd = loads.flatMap(({ statuses }) => Object.keys(statuses)).find((each) => each !== String(status));
  if (odd !== undefined) return `void: answered ${odd} instead of ${status}`;
  return loads.some(({ errors }) => errors > 0) ? 'void: connections failed' : undefined;
};

/** @param flaws what is known to be wrong with rows already. */
export const measureCost = async (
  wanted: readonly Row[],
  outside: Outside,
  flaws: ReadonlyMap<string, string>,
  { rounds, seconds, warmUp, told }: CostOptions,
): Promise<readonly Cost[]> => {
  const found = new Map<Row, Measured>();
  const send = (row: Row, { url }: Running, duration: number): Promise<LoadResult> =>
    outside.loader.run({ ...requestOf(row, url), seconds: duration, connections });

  const turn = async (row: Row, { proxy, cpu, loads }: Measured): Promise<void> => {
    const before = await cpuNanoseconds(proxy.pid);
    const load = await send(row, proxy, seconds);
    cpu.push(((await cpuNanoseconds(proxy.pid)) - before) / load.requests / 1000);
    loads.push(load);
  };

  /** Whoever is not asked stands still: its timers would take from what the one that is measured has in the caches. */
  const alone = async (row: Row, { proxy }: Measured, work: () => Promise<void>): Promise<void> => {
    if (!canStand(row)) return work();
    await signalTree(proxy.pid, 'SIGCONT');
    await work();
    await signalTree(proxy.pid, 'SIGSTOP');
  };

  const lineOf = async (row: Row): Promise<Cost> => {
    const { id, name, does } = row;
    const measured = found.get(row);
    const flaw = missingFor(row, outside) ?? flaws.get(id) ?? (measured && flawOf(row, measured.loads));
    if (measured === undefined || flaw !== undefined)
      return { id, name, does, flaw, cpu: nothing, ratio: nothing, perSecond: 0, memory: 0 };
    const { proxy, cpu, loads } = measured;
    const reference = found.get(wanted[0] as Row)?.cpu ?? [];
    return {
      id,
      name,
      does,
      flaw,
      cpu: spreadOf(cpu),
      ratio: ratioOf(cpu, reference),
      perSecond: median(loads.map(({ perSecond }) => perSecond)),
      memory: (await memoryOf(proxy.pid)).now,
    };
  };

  try {
    for (const row of wanted)
      if (missingFor(row, outside) === undefined)
        found.set(row, { proxy: await startProxy(row, outside), cpu: [], loads: [] });
    for (const [row, { proxy }] of found) if (canStand(row)) await signalTree(proxy.pid, 'SIGSTOP');
    for (const [row, measured] of found) {
      told(`warming up ${row.id}`);
      // All tokens must have been seen once, or the first sight of them would be measured.
      const enough = Math.max(warmUp, (row.tokens ?? 0) * 1.05);
      await alone(row, measured, async () => {
        for (let done = 0; done < enough; ) done += (await send(row, measured.proxy, 2)).requests;
      });
    }
    for (let round = 1; round <= rounds; round++) {
      told(`round ${round} of ${rounds}`);
      for (const [row, measured] of found) await alone(row, measured, () => turn(row, measured));
    }
    return await Promise.all(wanted.map(lineOf));
  } finally {
    for (const { proxy } of found.values()) {
      await signalTree(proxy.pid, 'SIGCONT');
      await proxy.stop();
    }
  }
};

/** A primary would take workers that stood still with it for dead ones. */
const canStand = ({ proxy }: Row): boolean => proxy.kind !== 'gateway' || proxy.variant.workers === undefined;
