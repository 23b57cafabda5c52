/** docs/configuration.md and docs/policies.md against the JSON Schemas of the files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { operations } from '../../src/operations/index.ts';
import { policyJsonSchema } from '../../src/policy/json-schema.ts';
import { stages } from '../../src/stages/index.ts';
import { tableRows } from '../support/docs/blocks.ts';
import { allKeys } from '../support/docs/keys.ts';
import { markdownFile } from '../support/markdown.ts';
import { sourceFiles } from '../support/source-files.ts';

const firstCells = (text: string): readonly string[] =>
  tableRows(text).map(([cell = '']) => cell.replaceAll('`', ''));

const between = (text: string, from: string, to: string): string => text.split(from)[1]?.split(to)[0] ?? '';

test('every key of gateway.yaml is documented, and every key that is documented is one', () => {
  const rows = firstCells(between(markdownFile('docs/configuration.md'), '\n## Keys\n', '\n## '));
  const keys = allKeys(configJsonSchema());
  const documented = new Set(rows.filter((cell) => cell !== 'Key'));
  // A section is documented by its heading; its keys have the rows.
  const sections = keys.filter(
    (key) => !key.includes('.') && keys.some((other) => other.startsWith(`${key}.`)),
  );
  assert.deepEqual([...documented].sort(), keys.filter((key) => !sections.includes(key)).sort());
});

test('every key of routes, limits and stages is documented with the policies', () => {
  const documented = new Set(firstCells(markdownFile('docs/policies.md')));
  const keys = allKeys(policyJsonSchema(stages, operations))
    .filter((key) => /^(routes|limits)\[\]\./.test(key) && !key.includes('.costs.'))
    .map((key) => key.replace(/^(routes|limits)\[\]\./, ''));
  assert.deepEqual(
    keys.filter((key) => !documented.has(key)),
    [],
  );
});

test('every stage and every guarded call has its place among the policies', () => {
  const text = markdownFile('docs/policies.md');
  for (const { name } of stages) assert.match(text, new RegExp(`^### ${name}$`, 'm'));
  for (const { name, method, path } of operations)
    assert.ok(text.includes(`| \`${name}\` | \`${method} ${path}\``), name);
});

test('every page of the admin listener is documented, and every page that is documented is one', () => {
  const served = sourceFiles('src/http').flatMap(({ path, text }) =>
    path.includes('/admin')
      ? [...text.matchAll(/'((?:GET|POST) \/[a-z/-]*(?:\.json)?)'/g)].map(([, page]) => page)
      : [],
  );
  const table = between(markdownFile('docs/configuration.md'), '\n## The admin listener\n', '\n## ');
  assert.deepEqual(
    firstCells(table)
      .filter((cell) => cell.includes(' /'))
      .sort(),
    [...new Set(served)].sort(),
  );
});
