/** Limits over the workers of one machine, without a store besides. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createWorkerLimits } from '../../src/adapters/limits-worker.ts';
import { ChannelPeer } from '../../src/workers/channel.ts';
import { admitted, chargeOf, limitOf } from '../support/limits.ts';

const script = fileURLToPath(new URL('../support/limit-workers.ts', import.meta.url));

test('four workers and 10,000 requests get the whole limit and not one more', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '4', '10000', '7777']);
  assert.equal(JSON.parse(stdout).passed, 7777);
});

test('while the primary does not answer, a worker waits no longer than its budget and counts its share', async () => {
  const silent = { send: () => true, on: () => new EventEmitter() };
  const limits = createWorkerLimits({ primary: new ChannelPeer(silent), workers: 4, budgetMs: 5 });
  const limit = limitOf({ points: 40 });
  const answers = await Promise.all(Array.from({ length: 30 }, () => limits.consume([chargeOf(limit)])));
  assert.equal(answers.filter(admitted).length, 10);
});

test('when the primary is gone, a worker goes on by itself', async () => {
  const gone = {
    send: (): boolean => {
      throw new Error('channel closed');
    },
    on: () => new EventEmitter(),
  };
  const limits = createWorkerLimits({ primary: new ChannelPeer(gone), workers: 2, budgetMs: 10_000 });
  const limit = limitOf({ points: 4 });
  let passed = 0;
  for (let turn = 0; turn < 6; turn += 1) if (admitted(await limits.consume([chargeOf(limit)]))) passed += 1;
  assert.equal(passed, 2);
});
