/** The process with no more rights than it needs, by Node's permission model. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { call } from '../support/gateway.ts';
import { serve } from '../support/serve.ts';
import { root } from '../support/source-files.ts';
import { until } from '../support/until.ts';

/** Tries what an attacker inside would, when told to, and says how that ended. */
const intruder = `
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
const attempt = (act) => { try { act(); return 'done'; } catch (error) { return error.code; } };
process.on('SIGUSR2', () => {
  const tried = [() => spawnSync('true'), () => writeFileSync('x.txt', ''), () => new Worker('0', { eval: true })];
  process.stdout.write(JSON.stringify({ tried: tried.map(attempt) }) + '\\n');
});`;

test('serve works with reading and the network alone: it writes no file, starts no program and no thread', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const [major = 0] = process.versions.node.split('.').map(Number);
  const flags = ['--permission', '--allow-fs-read=*', ...(major >= 25 ? ['--allow-net'] : [])];
  const before = process.env['NODE_OPTIONS'];
  const preload = `--import data:text/javascript,${encodeURIComponent(intruder)}`;
  process.env['NODE_OPTIONS'] = `${flags.join(' ')} ${preload}`;
  t.after(() => {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  });
  const gateway = await serve(t, cloud, { policies: { dir: join(root, 'policies'), watch: true } });
  const { demo } = cloud.seed.tokens;
  assert.equal((await call('GET', `${gateway.url}/v2/images`, demo)).status, 200);
  gateway.process.kill('SIGUSR2');
  await until(() => gateway.lines.some((line) => 'tried' in line), 'the intruder has tried');
  const denied = 'ERR_ACCESS_DENIED';
  assert.deepEqual(gateway.lines.find((line) => 'tried' in line)?.['tried'], [denied, denied, denied]);
  gateway.process.kill('SIGHUP');
  await until(
    () => gateway.lines.some(({ message }) => message === 'policy loaded'),
    'policies are loaded anew',
  );
  gateway.process.kill('SIGINT');
  assert.equal(await gateway.ended(), 0);
});
