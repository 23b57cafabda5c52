/** What the image is made of fits the rest of the project. No engine is needed: the file is read, not built. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/source-files.ts';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ');
const manifest = JSON.parse(read('package.json'));

/** Arguments of an instruction, wherever it stands. */
const all = (instruction: string): readonly string[] =>
  [...dockerfile.matchAll(new RegExp(`^${instruction} (.+)$`, 'gm'))].map(([, rest = '']) => rest.trim());

test('the image has the Node.js that clones run on', () => {
  assert.deepEqual(all('ARG'), [`NODE_IMAGE=node:${manifest.devDependencies.node}-slim`]);
  for (const from of all('FROM')) assert.match(from, /^\$\{NODE_IMAGE\}/);
});

test('what is copied into the image is there, and is sent to the builder', () => {
  const sent = new Set(
    read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!')),
  );
  const copied = all('COPY')
    .filter((line) => !line.startsWith('--from'))
    .flatMap((line) => line.split(' ').slice(0, -1));
  assert.ok(copied.length > 5);
  for (const name of copied) {
    assert.ok(existsSync(join(root, name)), name);
    assert.ok(sent.has(`!${name}`), `${name} is not in .dockerignore`);
  }
});

test('the image runs without rights, and the built program', () => {
  assert.equal(all('USER').at(-1), '1000');
  const [command = '[]'] = all('CMD').slice(-1);
  const [program, script, verb] = JSON.parse(command);
  assert.deepEqual([program, `./${script}`, verb], ['node', `./${manifest.bin['images-gateway']}`, 'serve']);
});

test('the ports of the image are those of the settings file', () => {
  const settings = read('config/gateway.yaml');
  for (const port of all('EXPOSE').join(' ').split(' ')) assert.ok(settings.includes(`port: ${port}`), port);
  assert.ok(dockerfile.includes('IMAGES_GATEWAY_LIVEZ=http://127.0.0.1:9901/livez'));
});
