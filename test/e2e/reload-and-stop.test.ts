/** The whole life of a process under load: a hundred revisions, then SIGTERM in the middle of them. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { until } from '../support/redis.ts';
import { serve } from '../support/serve.ts';

const policy = `version: 1
routes:
  - id: write
    match: { operations: [image-metadata-merge] }
    upstream: compute
    stages: [{ use: authenticate }, { use: metadata-schema }]
`;
const schemaFile = 'schemas/image-metadata-merge.json';

/** Refuses a key, so that each answer names the revision and the number that it was written with. */
const schema = (n: number): string =>
  JSON.stringify({
    type: 'object',
    properties: {
      metadata: {
        type: 'object',
        properties: { no: { not: {}, refusal: `V${n} does not take this key.` } },
        additionalProperties: true,
      },
    },
    additionalProperties: true,
  });

test('a hundred reloads and a SIGTERM lose no request, and each answer is of exactly one revision', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const dir = await writeFolder(t, { 'a.yaml': policy, [schemaFile]: schema(0) });
  const gateway = await serve(t, cloud, {
    policies: { dir, watch: false },
    timeouts: { drainMs: 1000 },
    log: { access: false, decisions: false },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  t.after(() => agent.destroy());
  const url = `${gateway.url}/v2/images/${cloud.seed.images.ubuntu}/metadata`;
  const headers = { 'x-auth-token': cloud.seed.tokens.demo, 'content-type': 'application/json' };
  const revisions = new Map<string, Set<string>>();
  const lost: string[] = [];
  let answers = 0;

  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      const fail = (error: Error) => {
        lost.push(error.message);
        resolve();
      };
      const req = request(url, { method: 'POST', agent, headers }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        res.on('error', fail).on('end', () => {
          const revision = /policy revision (\w+)/.exec(text)?.[1];
          const value = /V\d+/.exec(text)?.[0];
          if (res.statusCode !== 400 || revision === undefined || value === undefined) lost.push(text);
          else revisions.set(revision, (revisions.get(revision) ?? new Set()).add(value));
          answers++;
          resolve();
        });
      });
      req.on('error', fail).end('{"metadata":{"no":"a"}}');
    });

  let ready = true;
  t.after(() => {
    ready = false;
  });
  const client = async () => {
    while (ready) await ask();
  };
  const clients = Array.from({ length: 8 }, client);
  const revision = async () =>
    ((await (await fetch(`${gateway.adminUrl}/policy`)).json()) as { revision: string }).revision;
  const reload = async (n: number) => {
    const former = await revision();
    await writeFile(join(dir, schemaFile), schema(n));
    gateway.process.kill('SIGHUP');
    await until(async () => (await revision()) !== former, 'the policy is loaded');
  };
  for (let n = 1; n <= 100; n++) await reload(n);
  const before = answers;
  await until(() => answers > before + 20, 'the last revision answers');

  gateway.process.kill('SIGTERM');
  await until(async () => (await fetch(`${gateway.adminUrl}/readyz`)).status === 503, 'it says not ready');
  await reload(101);
  ready = false;
  await Promise.all(clients);
  assert.equal(await gateway.ended(), 0);
  assert.deepEqual(lost, []);
  assert.ok(revisions.size > 50, `${revisions.size} revisions answered`);
  for (const values of revisions.values()) assert.equal(values.size, 1, [...values].join());
  assert.equal(new Set([...revisions.values()].map((values) => [...values][0])).size, revisions.size);
});
