import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { readPolicyFolder } from '../../../src/policy/folder.ts';
import { oneAtATime } from '../../../src/policy/one-at-a-time.ts';
import { watchPolicyFolder } from '../../../src/policy/watch.ts';
import { writeFolder } from '../../support/policy-folder.ts';

/** A watch over a folder, and a way to wait for the next change that it tells. */
const watched = async (t: TestContext, folder: string, pollMs = 60_000) => {
  let told = 0;
  let next = Promise.withResolvers<void>();
  const watch = watchPolicyFolder(
    folder,
    await readPolicyFolder(folder),
    async () => {
      told += 1;
      next.resolve();
    },
    { quietMs: 20, stillMs: 20, pollMs },
  );
  t.after(() => watch.close());
  const change = async (make: () => Promise<unknown>): Promise<void> => {
    next = Promise.withResolvers<void>();
    await make();
    await next.promise;
  };
  return { change, told: () => told };
};

describe('the watch over a policy folder tells', { timeout: 20_000 }, () => {
  test('a file that is written in place', async (t) => {
    const folder = await writeFolder(t, { 'a.yaml': 'a' });
    const { change } = await watched(t, folder);
    await change(() => writeFile(join(folder, 'a.yaml'), 'b'));
  });

  test('a file that an editor writes beside and renames over', async (t) => {
    const folder = await writeFolder(t, { 'a.yaml': 'a' });
    const { change } = await watched(t, folder);
    await change(async () => {
      await writeFile(join(folder, '.a.yaml.swp'), 'b');
      await rename(join(folder, '.a.yaml.swp'), join(folder, 'a.yaml'));
    });
  });

  test('a new schema and a file of cases', async (t) => {
    const folder = await writeFolder(t, { 'a.yaml': 'a', 'schemas/a.json': '{}' });
    const { change } = await watched(t, folder);
    await change(() => writeFile(join(folder, 'schemas/b.json'), '{}'));
    await change(() => writeFile(join(folder, 'a.cases.yaml'), 'version: 1'));
  });

  test('a schemas folder that was not there before', async (t) => {
    const folder = await writeFolder(t, { 'a.yaml': 'a' });
    const { change } = await watched(t, folder);
    await change(async () => {
      await mkdir(join(folder, 'schemas'));
      await writeFile(join(folder, 'schemas/a.json'), '{}');
    });
    await change(() => writeFile(join(folder, 'schemas/a.json'), '{"type":"object"}'));
  });

  test('a Kubernetes volume whose hidden link is swapped', async (t) => {
    const folder = await writeFolder(t, { '..one/a.yaml': 'one', '..two/a.yaml': 'two' });
    await symlink('..one', join(folder, '..data'));
    await symlink('..data/a.yaml', join(folder, 'a.yaml'));
    const { change } = await watched(t, folder);
    await change(async () => {
      await symlink('..two', join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    });
  });

  test('a folder that is itself a link to a release', async (t) => {
    const base = await writeFolder(t, { 'one/a.yaml': 'one', 'two/a.yaml': 'two' });
    await symlink('one', join(base, 'current'));
    const { change } = await watched(t, join(base, 'current'));
    await change(async () => {
      await symlink('two', join(base, 'next'));
      await rename(join(base, 'next'), join(base, 'current'));
    });
    await change(() => writeFile(join(base, 'two/a.yaml'), 'three'));
  });

  test('a folder that goes away and comes back, by looking from time to time', async (t) => {
    const base = await writeFolder(t, { 'policies/a.yaml': 'one' });
    const folder = join(base, 'policies');
    const { change } = await watched(t, folder, 50);
    await change(() => rm(folder, { recursive: true }));
    await change(async () => {
      await mkdir(folder);
      await writeFile(join(folder, 'a.yaml'), 'two');
    });
  });

  test('nothing of a file that was only touched, or that is no policy', async (t) => {
    const folder = await writeFolder(t, { 'a.yaml': 'a' });
    const { change, told } = await watched(t, folder);
    const before = told();
    await utimes(join(folder, 'a.yaml'), new Date(), new Date());
    await writeFile(join(folder, 'README'), 'hello');
    await change(() => writeFile(join(folder, 'a.yaml'), 'b'));
    assert.equal(told(), before + 1);
  });
});

test('of many askers at once, each gets a run that began after it asked, and no two runs overlap', async () => {
  let running = 0;
  let begun = 0;
  const ends: (() => void)[] = [];
  const run = oneAtATime(async () => {
    running += 1;
    assert.equal(running, 1);
    const mine = ++begun;
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
    if (mine === 2) throw new Error('the second fails');
    return mine;
  });
  const first = run();
  const second = [run(), run(), run()];
  ends.shift()?.();
  assert.equal(await first, 1);
  const third = run();
  while (ends.length === 0) await Promise.resolve();
  assert.equal(begun, 2);
  ends.shift()?.();
  for (const one of second) await assert.rejects(one, /the second fails/);
  while (ends.length === 0) await Promise.resolve();
  ends.shift()?.();
  assert.equal(await third, 3);
});
