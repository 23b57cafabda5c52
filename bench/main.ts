/**
 * What a request costs, this gateway beside others: `npm run bench [-- --rows a,b --rounds 7 --seconds 1]`. Rows take
 * turns, round by round, so that what disturbs the machine disturbs neighbours alike. Writes `bench/results.md` and
 * `bench/results.svg`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuNanoseconds, memoryOf } from './child.ts';
import { type LoadResult, startLoader } from './load.ts';
import { type Running, startProxy } from './proxies.ts';
import { chart, type Line, markdown } from './report.ts';
import { type Row, requestOf, rows } from './rows.ts';
import { median, ratioOf, spreadOf } from './statistics.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '1' },
    redis: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
/** V8 compiles for its best only what has run often: a server that has been running is measured, not a new one. */
const warmUp = 40_000;

interface Measured {
  readonly row: Row;
  readonly proxy: Running;
  readonly cpu: number[];
  readonly loads: LoadResult[];
}

/** Rows whose proxy cannot be had here. */
const missing = ({ proxy }: Row): string | undefined => {
  if (proxy.kind === 'nginx') return 'nginx is not installed';
  if (proxy.kind === 'gateway' && proxy.variant.redis !== undefined && values.redis === undefined)
    return 'no --redis';
  return undefined;
};

const wanted = rows.filter(({ id }) => values.rows?.split(',').includes(id) ?? true);
const folder = await mkdtemp(join(tmpdir(), 'images-gateway-bench-'));
const upstream = spawn(process.execPath, [join(import.meta.dirname, 'upstream.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(upstream.stdout, 'data');
const { small } = JSON.parse(String(line)) as { small: number };
const loader = startLoader();
const measured: Measured[] = [];
try {
  for (const row of wanted) {
    if (missing(row) !== undefined) continue;
    const outside = { folder, upstream: `http://127.0.0.1:${small}`, redis: values.redis };
    measured.push({ row, proxy: await startProxy(row, outside), cpu: [], loads: [] });
  }
  for (const { row, proxy } of measured) {
    process.stderr.write(`warming up ${row.id}\n`);
    for (let done = 0; done < warmUp; ) done += (await send(row, proxy, 4)).requests;
  }
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    for (const { row, proxy, cpu, loads } of measured) {
      const before = await cpuNanoseconds(proxy.pid);
      const load = await send(row, proxy, seconds);
      cpu.push(((await cpuNanoseconds(proxy.pid)) - before) / load.requests / 1000);
      loads.push(load);
    }
  }
  const lines = await Promise.all(wanted.map(lineOf));
  const text = markdown(lines, rounds);
  console.log(text);
  await writeFile(join(import.meta.dirname, 'results.md'), text);
  await writeFile(join(import.meta.dirname, 'results.svg'), chart(lines));
} finally {
  for (const { proxy } of measured) await proxy.stop();
  loader.stop();
  upstream.kill();
  await rm(folder, { recursive: true, force: true });
}

function send(row: Row, proxy: Running, duration: number): Promise<LoadResult> {
  const { path, ...request } = requestOf(row);
  return loader.run({ ...request, url: proxy.url + path, seconds: duration, connections: 32 });
}

/** A row is void if a single answer had another status than it should. */
function flawOf({ row, loads }: Measured): string | undefined {
  const expected = String(row.status ?? 200);
  const odd = loads.flatMap(({ statuses }) => Object.keys(statuses)).find((status) => status !== expected);
  if (odd !== undefined) return `void: answered ${odd} instead of ${expected}`;
  return loads.some(({ errors }) => errors > 0) ? 'void: connections failed' : undefined;
}

async function lineOf(row: Row): Promise<Line> {
  const { id, name, does } = row;
  const found = measured.find((each) => each.row === row);
  const nothing = { median: 0, low: 0, high: 0 };
  if (found === undefined)
    return {
      id,
      name,
      does,
      cpu: nothing,
      ratio: nothing,
      perSecond: 0,
      p99: 0,
      memory: 0,
      flaw: missing(row),
    };
  return {
    id,
    name,
    does,
    cpu: spreadOf(found.cpu),
    ratio: ratioOf(found.cpu, measured[0]?.cpu ?? []),
    perSecond: median(found.loads.map(({ perSecond }) => perSecond)),
    p99: median(found.loads.map(({ p99 }) => p99)),
    memory: (await memoryOf(found.proxy.pid)).now,
    flaw: flawOf(found),
  };
}
