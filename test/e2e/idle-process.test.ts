/** What a gateway does when nobody wants anything of it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { serve } from '../support/serve.ts';

test('an idle gateway sleeps: it is woken some dozen times a second at most', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { process: child } = await serve(t, cloud);
  /** How often the main thread has gone to sleep so far (proc_pid_status(5)). */
  const sleeps = async (): Promise<number> => {
    const status = await readFile(`/proc/${child.pid}/task/${child.pid}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
  };
  // Right behind a start there is something to do yet.
  const seen: number[] = [];
  while (seen.length < 20 && (seen.at(-1) ?? Infinity) > 40) {
    const before = await sleeps();
    await pause(1000);
    seen.push((await sleeps()) - before);
  }
  assert.ok((seen.at(-1) ?? Infinity) <= 40, `second by second: ${seen.join(' ')}`);
});
