/** Large bodies through a proxy: how fast, for how much CPU and memory. */
import { Agent, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cpuNanoseconds, forgetPeak, memoryOf } from './child.ts';
import type { Outside } from './outside.ts';
import { startProxy } from './proxies.ts';
import { rowOf } from './rows.ts';
import { imageId, token } from './sample.ts';
import { ratioOf, type Spread, spreadOf } from './statistics.ts';

const bytes = 100 * 2 ** 20;
const mib = bytes / 2 ** 20;
const piece = Buffer.alloc(65_536, imageId);

export interface Streamed {
  readonly id: string;
  readonly name: string;
  readonly way: Way;
  /** MiB a second. */
  readonly rate: Spread;
  /** Of `rate` to that of bare http-proxy-3, round by round. */
  readonly ratio: Spread;
  /** CPU milliseconds of the proxy for one body. */
  readonly cpu: Spread;
  /** The most MiB of memory beyond what it had when it was idle. */
  readonly memory: number;
}

type Way = 'upload' | 'download';
const ways: readonly Way[] = ['upload', 'download'];

function* pieces(): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= piece.length) yield piece;
}

const transfer = async (way: Way, url: string, agent: Agent): Promise<void> => {
  const target = new URL(`/v2/images/${imageId}/file`, url);
  const headers = { 'x-auth-token': token, 'content-type': 'application/octet-stream' };
  if (way === 'download') target.searchParams.set('bytes', String(bytes));
  const req =
    way === 'upload'
      ? request(target, { agent, method: 'PUT', headers: { ...headers, 'content-length': bytes } })
      : request(target, { agent, headers });
  const answered = new Promise<number>((resolve, reject) => {
    req.on('error', reject).on('response', (res) => {
      let got = 0;
      res.on('data', (chunk: Buffer) => {
        got += chunk.length;
      });
      res.on('error', reject).on('end', () => {
        if (res.statusCode === 200) resolve(got);
        else reject(new Error(`${way} was answered ${res.statusCode}`));
      });
    });
  });
  if (way === 'upload') await pipeline(Readable.from(pieces(), { objectMode: false }), req);
  else req.end();
  const got = await answered;
  if (way === 'download' && got !== bytes) throw new Error(`${got} of ${bytes} bytes came`);
};

export const measureStreaming = async (outside: Outside, rounds: number): Promise<readonly Streamed[]> => {
  const rows = ['http-proxy', 'ours'].map(rowOf);
  const upstream = outside.places.large;
  const proxies = await Promise.all(rows.map((row) => startProxy(row, outside, { upstream })));
  const agent = new Agent({ keepAlive: true });
  try {
    const found = ways.flatMap((way) =>
      rows.map((row, index) => ({
        row,
        way,
        proxy: proxies[index] as (typeof proxies)[number],
        rates: [] as number[],
        cpus: [] as number[],
        memory: 0,
      })),
    );
    const idle = await Promise.all(proxies.map(async ({ pid }) => (await memoryOf(pid)).now));
    for (let round = -1; round < rounds; round++)
      for (const each of found) {
        const { way, proxy, rates, cpus } = each;
        await forgetPeak(proxy.pid);
        const cpu = await cpuNanoseconds(proxy.pid);
        const began = performance.now();
        await transfer(way, proxy.url, agent);
        const seconds = (performance.now() - began) / 1000;
        const { peak } = await memoryOf(proxy.pid);
        each.memory = Math.max(each.memory, peak - (idle[proxies.indexOf(proxy)] ?? 0));
        // The first round warms up; its memory counts all the same.
        if (round < 0) continue;
        rates.push(mib / seconds);
        cpus.push(((await cpuNanoseconds(proxy.pid)) - cpu) / 1e6);
      }
    const bare = (way: Way) => found.find((each) => each.way === way)?.rates ?? [];
    return found.map(({ row, way, rates, cpus, memory }) => ({
      id: row.id,
      name: row.name,
      way,
      rate: spreadOf(rates),
      ratio: ratioOf(rates, bare(way)),
      cpu: spreadOf(cpus),
      memory,
    }));
  } finally {
    agent.destroy();
    for (const proxy of proxies) await proxy.stop();
  }
};
