/** What the image is made of fits the rest of the project. No engine is needed: the file is read, not built. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../support/source-files.ts';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ');
const manifest = JSON.parse(read('package.json'));

/** Arguments of an instruction, wherever it stands. */
const all = (instruction: string): readonly string[] =>
  [...dockerfile.matchAll(new RegExp(`^${instruction} (.+)$`, 'gm'))].map(([, rest = '']) => rest.trim());

test('the image has the Node.js that clones run on', () => {
  assert.deepEqual(all('ARG'), [`NODE_IMAGE=node:${manifest.devDependencies.node}-slim`]);
  const stages = all('FROM');
  for (const from of stages.slice(0, -1)) assert.match(from, /^\$\{NODE_IMAGE\} AS /);
  assert.equal(stages.at(-1), 'scratch', 'what is shipped has only what is copied into it');
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

test('compose, Kubernetes and the guide run the image as test/image does', () => {
  const { gateway } = parse(read('deploy/compose.yaml')).services;
  assert.deepEqual([gateway.user, gateway.read_only, gateway.cap_drop], ['1000:1000', true, ['ALL']]);
  assert.deepEqual(gateway.security_opt, ['no-new-privileges:true']);
  const pod = parse(read('deploy/kubernetes/deployment.yaml')).spec.template.spec;
  const { runAsNonRoot, runAsUser, runAsGroup } = pod.securityContext;
  assert.deepEqual([runAsNonRoot, runAsUser, runAsGroup], [true, 1000, 1000]);
  const [{ args, securityContext }] = pod.containers;
  assert.deepEqual(args, JSON.parse(all('CMD').at(-1) ?? '[]').slice(0, args.length));
  assert.deepEqual(securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  // Nothing that can be written is mounted anywhere.
  assert.ok(gateway.tmpfs === undefined && gateway.volumes.every((volume: string) => volume.endsWith(':ro')));
  for (const { readOnly } of pod.containers[0].volumeMounts) assert.equal(readOnly, true);
  const flags = '--read-only --user 1000:1000 --cap-drop ALL --security-opt no-new-privileges';
  assert.ok(read('docs/operations.md').includes(flags));
  assert.ok(read('Dockerfile').includes(flags));
});

test('the ports of the image are those of the settings file', () => {
  const settings = read('config/gateway.yaml');
  for (const port of all('EXPOSE').join(' ').split(' ')) assert.ok(settings.includes(`port: ${port}`), port);
  assert.ok(dockerfile.includes('IMAGES_GATEWAY_LIVEZ=http://127.0.0.1:9901/livez'));
});
