/** The command as people and supervisors meet it: what it prints, and how it ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { serve } from '../support/serve.ts';
import { root } from '../support/source-files.ts';
import { until } from '../support/until.ts';

interface Ended {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

const run = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> => {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  await once(child, 'close');
  return { exit: child.exitCode, out, err };
};

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.deepEqual(await run(['--version']), { exit: 0, out: `${version}\n`, err: '' });
});

test('a slip in the words of the call is named, and ends with 2', async () => {
  const slips = [
    { args: ['serv'], says: /unknown command 'serv'.*serve/s },
    { args: ['demo', '--port', 'abc'], says: /A port is a number from 0 to 65535/ },
    { args: ['demo', '--port', '70000'], says: /A port is a number from 0 to 65535/ },
    { args: ['validate', '--conf', 'x'], says: /unknown option '--conf'.*--config/s },
  ];
  for (const { args, says } of slips) {
    const { exit, err } = await run(args);
    assert.equal(exit, 2, args.join(' '));
    assert.match(err, says);
  }
});

test('a port that is taken is told in one sentence with the way out, and the demo ends with 1', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { exit, out, err } = await run(['demo', '--port', String(port), '--admin-port', '0']);
  assert.deepEqual([exit, out], [1, '']);
  assert.equal(
    err,
    `Another program listens on 127.0.0.1:${port} already. Stop it, or choose others: npm start -- --port 8081 --admin-port 9902.\n`,
  );
});

test('a settings file that is not there, or lacks its secrets, is told with its place', async () => {
  const missing = await run(['serve', '--config', 'nowhere/gateway.yaml']);
  assert.equal(missing.exit, 1);
  assert.match(missing.err, /^nowhere\/gateway\.yaml:1:1: The file does not exist/);
  const { exit, err } = await run(['validate'], { IMAGES_GATEWAY_PASSWORD: '' });
  assert.equal(exit, 1);
  assert.match(err, /^config\/gateway\.yaml:\d+:\d+: .*IMAGES_GATEWAY_PASSWORD/);
});

test('the shipped settings and policies are valid', async () => {
  const { exit, out, err } = await run(['validate'], { IMAGES_GATEWAY_PASSWORD: 'x' });
  assert.deepEqual([exit, err], [0, '']);
  assert.match(out, /^valid: \d+ routes, \d+ limits, revision [0-9a-f]+\n$/);
});

test('serve says in its log where it listens and which version it is, and ends with 0 on SIGTERM', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { timeouts: { drainMs: 0 } });
  await until(() => gateway.lines.some(({ message }) => message === 'listening'), 'the line is written');
  const line = gateway.lines.find(({ message }) => message === 'listening');
  assert.equal(line?.['url'], gateway.url);
  assert.equal(line?.['admin'], gateway.adminUrl);
  assert.match(String(line?.['version']), /^\d+\.\d+\.\d+/);
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.ended(), 0);
  assert.equal(gateway.complaints(), '');
});
