/** How several workers start, how they fail to start, and that they end with their primary. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { command } from '../support/command.ts';
import { freePort } from '../support/free-port.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { serve } from '../support/serve.ts';
import { until } from '../support/until.ts';

const openPolicy = 'version: 1\ndefault: { upstream: compute, stages: [] }\n';

/** A port that somebody else has. */
const takenPort = async (t: TestContext): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
};

/** What becomes of `serve`, with one process and with two. */
const bothWays = async (t: TestContext, settings: string, policy = openPolicy) => {
  const dir = await writeFolder(t, { 'policies/a.yaml': policy, 'gateway.yaml': '' });
  const ends = [];
  for (const workers of [1, 2]) {
    const file = await writeFolder(t, {
      'gateway.yaml': `version: 1
upstreams: { compute: { url: "http://127.0.0.1:9", api: /v2 } }
identity: { kind: keystone-v3, url: "http://127.0.0.1:9", credential: { kind: caller } }
policies: { dir: "${join(dir, 'policies')}" }
workers: ${workers}
${settings}
`,
    });
    const { code, err } = await command(['serve', '--config', join(file, 'gateway.yaml')]);
    ends.push({ code, err: err.replaceAll(file, '') });
  }
  return ends;
};

test('a port that is taken ends several workers with the sentence and the code of one process', async (t) => {
  const port = await takenPort(t);
  const settings = `listen: { port: ${port} }\nadmin: { port: ${await freePort()} }`;
  const [one, two] = await bothWays(t, settings);
  assert.deepEqual(two, one);
  assert.equal(two?.code, 1);
  assert.match(two?.err ?? '', new RegExp(`^Another program listens on 127.0.0.1:${port} already\\.`));
});

test('a policy that does not load ends several workers with the sentence and the code of one process', async (t) => {
  const settings = `listen: { port: ${await freePort()} }\nadmin: { port: ${await freePort()} }`;
  const [one, two] = await bothWays(t, settings, `${openPolicy}nonsense: true\n`);
  assert.deepEqual(two, one);
  assert.equal(two?.code, 1);
  assert.match(two?.err ?? '', /nonsense/);
});

test('when the primary is killed its workers end by themselves', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { workers: 2 });
  const serving = () => gateway.lines.filter(({ message }) => message === 'a worker serves');
  // Lines gather for up to a second before they are written.
  await until(() => serving().length === 2, 'both workers are told of');
  const pids = serving().map(({ pid }) => Number(pid));
  // Their access lines are gathered and not written yet: nobody can read them once the primary is gone.
  await Promise.all(Array.from({ length: 60 }, () => fetch(`${gateway.url}/v2/images`)));
  gateway.process.kill('SIGKILL');
  await gateway.ended();
  const lives = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await until(() => !pids.some(lives), 'they have ended');
});
