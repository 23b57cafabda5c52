/** What a proxy adds to the time of a request when it is half as busy as it can be. */
import type { Outside } from './outside.ts';
import { type Latency, startPacer } from './pace.ts';
import { startProxy } from './proxies.ts';
import { requestOf, rowOf } from './rows.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface AddedLatency {
  readonly id: string;
  readonly name: string;
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds beyond those of a request that goes straight to the service behind. */
  readonly p50: Spread;
  readonly p99: Spread;
  readonly errors: number;
}

export interface LatencyOptions {
  /** Requests a second. */
  readonly rate: number;
  readonly rounds: number;
  /** Of each turn. */
  readonly seconds: number;
  /** Requests to a proxy before it is measured. */
  readonly warmUp: number;
}

const connections = 32;

export const measureLatency = async (
  outside: Outside,
  { rate, rounds, seconds, warmUp }: LatencyOptions,
): Promise<readonly AddedLatency[]> => {
  const pacer = startPacer();
  const rows = ['undici', 'ours'].map(rowOf);
  const proxies = await Promise.all(rows.map((row) => startProxy(row, outside)));
  const targets = rows.map((row, index) => ({
    row,
    url: proxies[index]?.url ?? '',
    found: [] as { readonly own: Latency; readonly direct: Latency }[],
  }));
  try {
    for (const { row, url } of targets)
      for (let done = 0; done < warmUp; )
        done += (await outside.loader.run({ ...requestOf(row, url), seconds: 2, connections })).requests;
    for (let round = 0; round < rounds; round++)
      for (const { row, url, found } of targets) {
        const at = (place: string) => pacer.run({ ...requestOf(row, place), rate, seconds, connections });
        const direct = await at(outside.places.small);
        found.push({ direct, own: await at(url) });
      }
    return targets.map(({ row, found }) => ({
      id: row.id,
      name: row.name,
      rate,
      p50: spreadOf(found.map(({ own, direct }) => own.p50 - direct.p50)),
      p99: spreadOf(found.map(({ own, direct }) => own.p99 - direct.p99)),
      errors: found.reduce((sum, { own, direct }) => sum + own.errors + direct.errors, 0),
    }));
  } finally {
    pacer.stop();
    for (const proxy of proxies) await proxy.stop();
  }
};
