/** A short comparison while working: `node bench/quick.ts undici,ours [rounds] [seconds]`; the first row is the measure. */
import { readFileSync } from 'node:fs';
import { cpuNanoseconds, memoryOf } from './child.ts';
import { openOutside } from './outside.ts';
import { type Running, startProxy } from './proxies.ts';
import { type Row, requestOf, rowOf } from './rows.ts';
import { ratioOf, spreadOf } from './statistics.ts';

const wanted = (process.argv[2] ?? 'undici,ours').split(',').map(rowOf);
const rounds = Number(process.argv[3] ?? 5);
const seconds = Number(process.argv[4] ?? 1);

const nodeArguments = (process.env['NODE_ARGUMENTS'] ?? '').split(' ').filter((each) => each !== '');
const needsRedis = wanted.some(({ proxy }) => proxy.kind === 'gateway' && proxy.variant.redis !== undefined);
const outside = await openOutside(needsRedis, nodeArguments);
const running: { readonly row: Row; readonly proxy: Running; readonly samples: number[] }[] = [];
try {
  for (const row of wanted) running.push({ row, proxy: await startProxy(row, outside), samples: [] });
  for (let round = 0; round <= rounds; round++) {
    for (const { row, proxy, samples } of running) {
      const load = { ...requestOf(row, proxy.url), seconds, connections: 32 };
      // V8 compiles for its best only what has run often: a long-running server is measured, not a new one.
      for (let done = 0; round === 0 && done < 40_000; )
        done += (await outside.loader.run({ ...load, seconds: 4 })).requests;
      const before = await cpuNanoseconds(proxy.pid);
      const result = await outside.loader.run(load);
      const used = (await cpuNanoseconds(proxy.pid)) - before;
      if (round === 0) console.log(row.id, JSON.stringify(result));
      else samples.push(used / result.requests / 1000);
    }
  }
  const reference = running[0]?.samples ?? [];
  for (const { row, proxy, samples } of running) {
    const { median, low, high } = spreadOf(samples);
    const [user = 0, system = 0] =
      readFileSync(`/proc/${proxy.pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ??
      [];
    const ratio = ratioOf(samples, reference);
    const memory = await memoryOf(proxy.pid);
    console.log(
      row.id.padEnd(12),
      `${median.toFixed(1)} us [${low.toFixed(1)}-${high.toFixed(1)}]`,
      `ratio ${ratio.median.toFixed(2)} [${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)}]`,
      `${memory.now.toFixed(0)} MiB`,
      `in the kernel ${((100 * system) / (user + system)).toFixed(0)} %`,
    );
  }
} finally {
  for (const { proxy } of running) await proxy.stop();
  await outside.close();
}
