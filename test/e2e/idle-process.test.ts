/** What a gateway does when nobody wants anything of it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { serve } from '../support/serve.ts';
import { workerPids } from '../support/two-workers.ts';
import { until } from '../support/until.ts';

/** A number of `/proc/PID/status` (proc_pid_status(5)), of the process or of its main thread. */
const statusOf = async (path: string, name: string): Promise<number> =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(await readFile(`/proc/${path}/status`, 'utf8'))?.[1]);

test('an idle gateway sleeps: it is woken some dozen times a second at most', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { process: child } = await serve(t, cloud);
  const sleeps = () => statusOf(`${child.pid}/task/${child.pid}`, 'voluntary_ctxt_switches');
  // Right behind a start there is something to do yet.
  const seen: number[] = [];
  while (seen.length < 20 && (seen.at(-1) ?? Infinity) > 40) {
    const before = await sleeps();
    await pause(1000);
    seen.push((await sleeps()) - before);
  }
  assert.ok((seen.at(-1) ?? Infinity) <= 40, `second by second: ${seen.join(' ')}`);
});

for (const [what, workers] of [
  ['a gateway', 1],
  ['each of several workers', 2],
] as const)
  test(`${what} gives back what only its start needed, when it has nothing to do`, async (t) => {
    const cloud = await startDemoCloud();
    t.after(() => cloud.close());
    const gateway = await serve(t, cloud, { workers });
    const pids = workers === 1 ? [gateway.process.pid] : workerPids(gateway);
    assert.equal(pids.length, workers);
    for (const pid of pids)
      await until(async () => {
        const [most, now] = [await statusOf(`${pid}`, 'VmHWM'), await statusOf(`${pid}`, 'VmRSS')];
        return most - now > 8 * 1024;
      }, `process ${pid} is 8 MiB smaller than it was`);
  });
