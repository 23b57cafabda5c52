/** The whole life of a process under load: a hundred revisions, then SIGTERM in the middle of them. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { load, schema, schemaFile } from '../support/numbered-revisions.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { serve } from '../support/serve.ts';
import { until } from '../support/until.ts';

const policy = `version: 1
routes:
  - id: write
    match: { operations: [image-metadata-merge] }
    upstream: compute
    stages: [{ use: authenticate }, { use: metadata-schema }]
`;

test('a hundred reloads and a SIGTERM lose no request, and each answer is of exactly one revision', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const dir = await writeFolder(t, { 'a.yaml': policy, [schemaFile]: schema(0) });
  const gateway = await serve(t, cloud, {
    policies: { dir, watch: false },
    timeouts: { drainMs: 1000 },
    log: { access: false, decisions: false },
  });
  const clients = load(t, gateway.url, 8);
  const revision = async () =>
    ((await (await fetch(`${gateway.adminUrl}/policy`)).json()) as { revision: string }).revision;
  const reload = async (n: number) => {
    const former = await revision();
    await writeFile(join(dir, schemaFile), schema(n));
    gateway.process.kill('SIGHUP');
    await until(async () => (await revision()) !== former, 'the policy is loaded');
  };
  for (let n = 1; n <= 100; n++) await reload(n);
  const before = clients.answers;
  await until(() => clients.answers > before + 20, 'the last revision answers');

  gateway.process.kill('SIGTERM');
  await until(async () => (await fetch(`${gateway.adminUrl}/readyz`)).status === 503, 'it says not ready');
  await reload(101);
  await clients.end();
  assert.equal(await gateway.ended(), 0);
  assert.deepEqual([clients.odd, clients.lost], [[], []]);
  const { numbers } = clients;
  assert.ok(numbers.size > 50, `${numbers.size} revisions answered`);
  for (const values of numbers.values()) assert.equal(values.size, 1, [...values].join());
  assert.equal(new Set([...numbers.values()].map((values) => [...values][0])).size, numbers.size);
});
