/** Editors that know the YAML language server complete and check what is shipped, by the first line of each file. */
import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { stages } from '../../src/stages/index.ts';
import { startLanguageServer } from '../support/language-server.ts';
import { root } from '../support/source-files.ts';

const shipped = globSync(['config/*.yaml', 'policies/**/*.yaml', 'deploy/**/gateway.yaml'], { cwd: root })
  .sort()
  .map((name) => join(root, name));

test('settings, policies and cases that are shipped name their schema in the first line', async () => {
  assert.ok(shipped.length >= 7, shipped.join());
  for (const file of shipped) {
    const [line = ''] = (await readFile(file, 'utf8')).split('\n');
    const [, schema] = /^# yaml-language-server: \$schema=(\S+)$/.exec(line) ?? [];
    assert.ok(schema !== undefined && existsSync(join(dirname(file), schema)), `${file}: ${line}`);
  }
});

test('the language server finds nothing wrong with them, and a wrong name in each', async (t) => {
  const server = await startLanguageServer(t);
  for (const file of shipped) {
    const text = await readFile(file, 'utf8');
    assert.deepEqual(await server.problemsOf(file, text), [], file);
    const end = text.split('\n').length - 1;
    assert.deepEqual(await server.problemsOf(file, `${text}nonsense: 1\n`), [
      `${end}: Property nonsense is not allowed.`,
    ]);
  }
});

test('it offers the stages, and says what each does', async (t) => {
  const server = await startLanguageServer(t);
  const file = join(root, 'policies/images.yaml');
  const text = await readFile(file, 'utf8');
  await server.problemsOf(file, text);
  const lines = text.split('\n');
  const line = lines.findIndex((one) => one.includes('- use: '));
  const offered = await server.offers(file, line, (lines[line] ?? '').indexOf('use: ') + 5);
  assert.deepEqual(
    offered.map(({ label, documentation }) => [label, documentation]),
    stages.map(({ name, summary }) => [name, summary]),
  );
});
