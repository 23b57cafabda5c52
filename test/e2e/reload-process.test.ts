/** A process that watches its policies, whatever way they are put there: a Kubernetes volume, an editor, a slow copy. */
import assert from 'node:assert/strict';
import { mkdir, open, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { call } from '../support/gateway.ts';
import { writeFolder, writeInto } from '../support/policy-folder.ts';
import { lettered, letterOf, type RolloutStatus } from '../support/rollout.ts';
import { serve } from '../support/serve.ts';
import { until } from '../support/until.ts';

const patienceMs = 60_000;

const start = async (t: TestContext, dir: string) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { policies: { dir } });
  const { tokens, images } = cloud.seed;
  const path = `${gateway.url}/v2/images/${images.ubuntu}/metadata`;
  const judge = async () => letterOf(await call('POST', path, tokens.demo, { metadata: { no: 'x' } }));
  const status = async () => (await call('GET', `${gateway.adminUrl}/policy`)).body as RolloutStatus;
  return {
    status,
    /** Which revision judges now. */
    judge,
    /** Until a revision judges; before that only the one before may. */
    becomes: (letter: string, from: string) =>
      until(
        async () => {
          const now = await judge();
          assert.ok(now === letter || now === from, `${now} instead of ${from} or ${letter}`);
          return now === letter;
        },
        `${letter} judges`,
        patienceMs,
      ),
    /** Until the last attempt was refused with this sentence. */
    refuses: (sentence: RegExp) =>
      until(
        async () => {
          const { lastAttempt } = await status();
          return !lastAttempt.ok && sentence.test(lastAttempt.problems.join());
        },
        `${sentence}`,
        patienceMs,
      ),
  };
};

test('the link of a Kubernetes volume is swapped: the new revision serves, or a broken one is told and the old one serves', async (t) => {
  const dir = await writeFolder(t, {});
  /** As kubelet does it (pkg/volume/util/atomic_writer.go): write apart, swap `..data`, remove what was before. */
  const put = async (version: string, files: Readonly<Record<string, string>>, before?: string) => {
    await writeInto(join(dir, version), files);
    await symlink(version, join(dir, '..data_tmp'));
    await rename(join(dir, '..data_tmp'), join(dir, '..data'));
    if (before !== undefined) await rm(join(dir, before), { recursive: true });
  };
  await put('..1', lettered('A'));
  await symlink('..data/a.yaml', join(dir, 'a.yaml'));
  await symlink('..data/schemas', join(dir, 'schemas'));
  const { judge, becomes, refuses } = await start(t, dir);
  assert.equal(await judge(), 'A');
  await put('..2', lettered('B'), '..1');
  await becomes('B', 'A');
  await put('..3', { ...lettered('C'), 'a.yaml': 'version: 1\nrouts: []\n' }, '..2');
  await refuses(/a\.yaml:2:1: "routs" is not known; did you mean "routes"\?/);
  assert.equal(await judge(), 'B');
  await put('..4', lettered('D'), '..3');
  await becomes('D', 'B');
});

test('half a file, an editor that renames, and folders that are swapped never serve anything but a whole revision', async (t) => {
  const base = await writeFolder(t, {});
  const dir = join(base, 'policies');
  await writeInto(dir, lettered('A'));
  const { judge, becomes, refuses, status } = await start(t, dir);
  const schema = (letter: string) => lettered(letter)['schemas/image-metadata-merge.json'] ?? '';
  const file = join(dir, 'schemas/image-metadata-merge.json');

  const slow = await open(file, 'w');
  await slow.write(schema('B').slice(0, 60));
  await refuses(/image-metadata-merge\.json:\d+:\d+: /);
  assert.equal(await judge(), 'A');
  await slow.write(schema('B').slice(60));
  await slow.close();
  await becomes('B', 'A');
  assert.equal((await status()).lastAttempt.ok, true);

  // vim: the old file becomes a backup, a new one gets its name.
  await rename(file, `${file}~`);
  await writeFile(file, schema('C'));
  await unlink(`${file}~`);
  await becomes('C', 'B');

  await writeInto(join(base, 'next'), lettered('D'));
  await rename(dir, join(base, 'before'));
  await rename(join(base, 'next'), dir);
  await becomes('D', 'C');

  await rm(dir, { recursive: true });
  await refuses(/The policy folder cannot be read/);
  assert.equal(await judge(), 'D');
  await mkdir(dir);
  await writeInto(dir, lettered('E'));
  await becomes('E', 'D');
});
