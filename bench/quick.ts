/** A short comparison while working: `node bench/quick.ts ours,undici [rounds] [seconds]`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuNanoseconds, memoryOf } from './child.ts';
import { startLoader } from './load.ts';
import { type Running, startProxy } from './proxies.ts';
import { requestOf, rows } from './rows.ts';
import { ratioOf, spreadOf } from './statistics.ts';

const ids = (process.argv[2] ?? 'undici,ours').split(',');
const rounds = Number(process.argv[3] ?? 5);
const seconds = Number(process.argv[4] ?? 1);

const folder = await mkdtemp(join(tmpdir(), 'images-gateway-bench-'));
const upstream = spawn(process.execPath, [join(import.meta.dirname, 'upstream.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(upstream.stdout, 'data');
const { small } = JSON.parse(String(line)) as { small: number };
const loader = startLoader();
const running: { readonly id: string; readonly proxy: Running; readonly samples: number[] }[] = [];
try {
  for (const id of ids) {
    const row = rows.find((each) => each.id === id);
    if (row === undefined) throw new Error(`there is no row "${id}"`);
    const nodeArguments = (process.env['NODE_ARGUMENTS'] ?? '').split(' ').filter((each) => each !== '');
    const outside = {
      nodeArguments,
      folder,
      upstream: `http://127.0.0.1:${small}`,
      redis: process.env['REDIS'],
    };
    running.push({ id, proxy: await startProxy(row, outside), samples: [] });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const { id, proxy, samples } of running) {
      const row = rows.find((each) => each.id === id);
      if (row === undefined) continue;
      const { path, ...request } = requestOf(row);
      const load = { ...request, url: proxy.url + path, seconds, connections: 32 };
      // V8 compiles for its best only what has run often: a long-running server is measured, not a new one.
      for (let done = 0; round === 0 && done < 40_000; )
        done += (await loader.run({ ...load, seconds: 4 })).requests;
      const before = await cpuNanoseconds(proxy.pid);
      const result = await loader.run(load);
      const used = (await cpuNanoseconds(proxy.pid)) - before;
      if (round === 0) console.log(id, proxy.readyMs.toFixed(0), 'ms to listen', JSON.stringify(result));
      else samples.push(used / result.requests / 1000);
    }
  }
  const reference = running[0]?.samples ?? [];
  for (const { id, proxy, samples } of running) {
    const { median, low, high } = spreadOf(samples);
    const [user = 0, system = 0] =
      readFileSync(`/proc/${proxy.pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ??
      [];
    const ratio = ratioOf(samples, reference);
    const memory = await memoryOf(proxy.pid);
    console.log(
      id.padEnd(12),
      `${median.toFixed(1)} us [${low.toFixed(1)}-${high.toFixed(1)}]`,
      `ratio ${ratio.median.toFixed(2)} [${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)}]`,
      `${memory.now.toFixed(0)} MiB`,
      `in the kernel ${((100 * system) / (user + system)).toFixed(0)} %`,
    );
  }
} finally {
  for (const { proxy } of running) await proxy.stop();
  loader.stop();
  upstream.kill();
  await rm(folder, { recursive: true, force: true });
}
