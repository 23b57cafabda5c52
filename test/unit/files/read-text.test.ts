import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readText } from '../../../src/files/read-text.ts';
import { writeFolder } from '../../support/policy-folder.ts';

test('a text is read through links that leave the folder', async (t) => {
  const outside = await writeFolder(t, { 'real.yaml': 'a: 1\n' });
  const folder = await writeFolder(t, {});
  await symlink(join(outside, 'real.yaml'), join(folder, 'link.yaml'));
  const read = await readText(join(folder, 'link.yaml'), 'link.yaml', 100);
  assert.ok(read.ok);
  assert.equal(read.text, 'a: 1\n');
});

test('a file that cannot be read says why', async (t) => {
  const folder = await writeFolder(t, { big: 'x'.repeat(101) });
  await mkdir(join(folder, 'dir'));
  await symlink('nowhere', join(folder, 'broken'));
  await symlink('loop', join(folder, 'loop'));
  const message = async (name: string): Promise<string> => {
    const read = await readText(join(folder, name), name, 100);
    return read.ok ? '' : read.message;
  };
  assert.equal(await message('absent'), 'The file does not exist, or is a link that leads nowhere.');
  assert.equal(await message('broken'), 'The file does not exist, or is a link that leads nowhere.');
  assert.equal(await message('loop'), 'The file is a link that leads back to itself.');
  assert.equal(await message('dir'), 'This is a folder, not a file.');
  assert.equal(await message('big'), 'The file is larger than 100 bytes.');
  assert.equal(await message('a\0b'), 'The file cannot be read (ERR_INVALID_ARG_VALUE).');
});

test('a pipe that nobody writes to is refused instead of waited for', async (t) => {
  const folder = await writeFolder(t, {});
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const read = await readText(join(folder, 'pipe'), 'pipe', 100);
  assert.ok(!read.ok);
  assert.equal(read.message, 'This is not a regular file.');
});

test('bytes that are not UTF-8 are refused at the first of them', async (t) => {
  const folder = await writeFolder(t, {});
  const file = join(folder, 'latin1');
  await writeFile(
    file,
    Buffer.concat([Buffer.from('a: 1\nä: '), Buffer.from([0xe4, 0x20]), Buffer.from('\nb: 2\n')]),
  );
  const read = await readText(file, 'latin1', 100);
  assert.ok(!read.ok);
  assert.equal(read.message, 'The file is not valid UTF-8 here.');
  assert.deepEqual(read.place, { file: 'latin1', line: 2, column: 4 });
});
