/** The documents say what the code is. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { blockNames } from '../support/docs/blocks.ts';
import { allBlocks, documentOf, generatedDocs } from '../support/docs/documents.ts';
import { anchors, links, markdownFile, markdownFiles } from '../support/markdown.ts';
import { root } from '../support/source-files.ts';

for (const name of generatedDocs)
  test(`docs/${name} is current where it is made from the code`, () => {
    const { present, current } = documentOf(name);
    assert.ok(present === current, 'It is out of date: run `npm run docs` and commit what changes.');
  });

test('everything that is made from the code stands in some document, once', () => {
  const standing = generatedDocs.flatMap((name) => blockNames(markdownFile(`docs/${name}`)));
  assert.deepEqual([...standing].sort(), [...allBlocks].sort());
});

test('every link between the documents leads somewhere', () => {
  const broken: string[] = [];
  for (const { path, text } of markdownFiles())
    for (const link of links(text)) {
      if (/^https?:/.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(root, target))) broken.push(`${path}: ${link}`);
      else if (anchor !== undefined && !anchors(markdownFile(target)).has(anchor))
        broken.push(`${path}: ${link}`);
    }
  assert.deepEqual(broken, []);
});

test('every file of the sources that a document names is there', () => {
  const missing = markdownFiles().flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:src|test|[a-z]+)\/[a-z/-]+\.ts)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => !existsSync(join(root, name)) && !existsSync(join(root, 'src', name)))
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(missing, []);
});

test('every folder of the sources is in the map of the code', () => {
  const map = markdownFile('docs/architecture.md');
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  assert.deepEqual(
    folders.map(({ name }) => name).filter((name) => !map.includes(`| \`${name}/\` |`)),
    [],
  );
});

test('decisions are numbered without gaps, say why, and are listed', () => {
  const names = readdirSync(join(root, 'docs/adr')).sort();
  assert.ok(names.length > 0);
  for (const [index, name] of names.entries()) {
    assert.ok(name.startsWith(String(index + 1).padStart(3, '0')), name);
    const text = markdownFile(`docs/adr/${name}`);
    for (const heading of ['Context', 'Decision', 'Consequences'])
      assert.match(text, new RegExp(`^## ${heading}$`, 'm'), name);
    assert.ok(text.split('\n').length <= 60, `${name} is longer than a screen`);
    assert.ok(markdownFile('docs/architecture.md').includes(`adr/${name}`), `${name} is not listed`);
  }
});
