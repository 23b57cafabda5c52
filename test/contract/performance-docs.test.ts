/** docs/performance.md holds the findings of a run; the run is not repeated here, and its figures are not judged. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blockNames, withBlocks } from '../support/docs/blocks.ts';
import { markdownFile } from '../support/markdown.ts';
import { root } from '../support/source-files.ts';

const page = markdownFile('docs/performance.md');

test('the findings stand in a part that `npm run bench -- --write` makes anew, and nowhere else', () => {
  assert.deepEqual(blockNames(page), ['figures of a run']);
  let found = '';
  const without = withBlocks(page, {
    'figures of a run': (present) => {
      found = present;
      return '';
    },
  });
  assert.match(found, /^### Goals$/m);
  assert.doesNotMatch(without, /\d+(\.\d+)? (µs|MiB\/s|ms)\b/, 'a figure that a run would not make anew');
  const { dependencies } = JSON.parse(readFileSync(join(root, 'bench/package.json'), 'utf8'));
  for (const name of ['undici', 'express', 'http-proxy-3', 'fastify', '@fastify/reply-from', 'autocannon'])
    assert.ok(found.includes(`${name} ${dependencies[name]}`), `measured with ${name} ${dependencies[name]}`);
  assert.match(found, /\d+ cores \(.+\), \d+ GiB, Linux [\d.]+.*; images-gateway [\d.]+, Node\.js v\d+/);
});

test('every row and goal of the benchmark is in the findings', () => {
  for (const title of [
    'Cost of a request',
    'Equal policies',
    'Streaming 100 MiB',
    'Added latency at half load',
    'Start',
    'Where the time of a request goes',
    'Goals',
  ])
    assert.match(page, new RegExp(`^### ${title}$`, 'm'));
});

test('what others are measured with is what the gateway itself has', () => {
  const of = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')).dependencies;
  const ours = of('package.json');
  for (const [name, version] of Object.entries(of('bench/package.json')))
    if (name in ours) assert.equal(version, ours[name], name);
});
