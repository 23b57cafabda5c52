import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Policy } from '../../../src/core/policy.ts';
import { printProblem } from '../../../src/files/problem.ts';
import { loadPolicy } from '../../../src/policy/load.ts';
import { smallCatalogue, validPolicy, writeFolder, writeInto } from '../../support/policy-folder.ts';
import { brokenPolicies } from './broken-policies.ts';

const schema = { 'schemas/set.json': '{"type": "object"}' };

const load = async (folder: string): Promise<Policy> => {
  const result = await loadPolicy(folder, smallCatalogue);
  if (!result.ok) assert.fail(result.problems.map(printProblem).join('\n'));
  return result.policy;
};

for (const { name, files, says } of brokenPolicies) {
  test(`refused with file, line and column: ${name}`, async (t) => {
    const folder = await writeFolder(t, files);
    const result = await loadPolicy(folder, smallCatalogue);
    const said = result.ok ? [] : result.problems.map(printProblem);
    assert.deepEqual(
      said.map((line) => line.replaceAll(`${folder}/`, '').replace(folder, '')),
      says,
    );
  });
}

test('a valid folder gives a policy with every default filled in', async (t) => {
  const folder = await writeFolder(t, { 'a.yaml': validPolicy, ...schema });
  const policy = await load(folder);
  const file = join(folder, 'a.yaml');
  assert.deepEqual(policy.routes[0], {
    id: 'metadata-write',
    match: { kind: 'operations', operations: ['image-metadata-merge', 'image-metadata-replace'] },
    upstream: 'compute',
    body: { maxBytes: 32_768, keys: 'lower' },
    upgrade: false,
    stages: policy.routes[0]?.stages,
    at: { file, line: 16, column: 5 },
  });
  assert.deepEqual(policy.routes[0]?.stages[1], {
    use: 'authorize',
    mode: 'flag',
    with: { roles: ['member'], compat: 'openstack' },
    at: { file, line: 21, column: 9 },
  });
  assert.deepEqual(policy.routes[1]?.body, { maxBytes: 65_536, keys: 'as-sent' });
  assert.deepEqual(policy.fallback?.match, { kind: 'path', path: '/**', methods: [] });
  assert.equal(policy.limits[0]?.every, 1);
  assert.deepEqual(policy.limits[1]?.burst, { points: 200, per: 'second', every: 1 });
  assert.deepEqual(policy.schemas.get('schemas/set.json'), { type: 'object' });
});

test('everything in a policy is frozen', async (t) => {
  const policy = await load(await writeFolder(t, { 'a.yaml': validPolicy, ...schema }));
  const thawed: string[] = [];
  const walk = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) thawed.push(path);
    for (const [name, part] of Object.entries(value)) walk(part, `${path}.${name}`);
  };
  walk({ ...policy, schemas: [...policy.schemas.values()] }, 'policy');
  assert.deepEqual(thawed, ['policy', 'policy.schemas']);
});

test('the default is to answer 404, and files of cases and other kinds are not read', async (t) => {
  const folder = await writeFolder(t, {
    'a.yaml': 'version: 1\n',
    'a.cases.yaml': 'not: [valid',
    'b.cases.yml': '',
    '.hidden.yaml': 'not: [valid',
    'notes.txt': '',
  });
  const policy = await load(folder);
  assert.equal(policy.fallback, undefined);
  assert.deepEqual(policy.routes, []);
});

test('the revision depends on names and contents, and on nothing else', async (t) => {
  const files = { 'a.yaml': 'version: 1\n', 'b.yaml': 'version: 1\n', 'schemas/x.json': '{}' };
  const revision = async (changed: Record<string, string>) =>
    (await load(await writeFolder(t, changed))).revision;
  const first = await revision(files);
  assert.match(first, /^[0-9a-f]{16}$/);
  assert.equal(await revision({ ...files, 'notes.txt': 'x' }), first);
  const others = [
    await revision({ ...files, 'a.yaml': 'version: 1 \n' }),
    await revision({ ...files, 'schemas/x.json': '{ }' }),
    await revision({ 'a.yaml': 'version: 1\n', 'c.yaml': 'version: 1\n', 'schemas/x.json': '{}' }),
    await revision({ 'a.yaml': 'version: 1\n', 'schemas/x.json': '{}' }),
  ];
  assert.equal(new Set([first, ...others]).size, 5);
});

test('a folder that is mounted as a Kubernetes ConfigMap loads, and so does its next version', async (t) => {
  const folder = await writeFolder(t, {});
  await writeInto(folder, {
    '..v1/a.yaml': 'version: 1\n',
    '..v2/a.yaml': `version: 1\ndefault: { stages: [{ use: authenticate }] }\n`,
  });
  await symlink('..v1', join(folder, '..data'));
  await symlink('..data/a.yaml', join(folder, 'a.yaml'));
  assert.equal((await load(folder)).fallback, undefined);
  await symlink('..v2', join(folder, '..next'));
  await rename(join(folder, '..next'), join(folder, '..data'));
  assert.equal((await load(folder)).fallback?.id, 'default');
});

test('files that are not there or not files are problems with their names', async (t) => {
  const folder = await writeFolder(t, {
    'a.yaml': 'version: 1\n',
    'big.yaml': `# ${'x'.repeat(1024 * 1024)}`,
  });
  await symlink('gone', join(folder, 'lost.yaml'));
  await mkdir(join(folder, 'folder.yaml'));
  await writeFile(join(folder, 'schemas'), '');
  const result = await loadPolicy(folder, smallCatalogue);
  const said = result.ok ? [] : result.problems.map(printProblem);
  assert.deepEqual(
    said.map((line) => line.replace(`${folder}/`, '')),
    [
      'big.yaml:1:1: The file is larger than 1048576 bytes.',
      'folder.yaml:1:1: This is a folder, not a file.',
      'lost.yaml:1:1: The file does not exist, or is a link that leads nowhere.',
      'schemas:1:1: A part of the path is a file, not a folder.',
    ],
  );
  await rm(folder, { recursive: true });
  const gone = await loadPolicy(folder, smallCatalogue);
  assert.match(
    gone.ok ? '' : (gone.problems[0]?.message ?? ''),
    /^The policy folder cannot be read\. It does not exist/,
  );
});

test('a route that judges nothing, and a policy in a subfolder, are warned of', async (t) => {
  const folder = await writeFolder(t, {
    'a.yaml':
      'version: 1\nroutes:\n  - { id: open, match: { path: /health } }\n  - { id: off, match: { path: /x }, stages: [{ use: authenticate, mode: off }] }\n',
    'team/b.yaml': 'version: 1\n',
  });
  const result = await loadPolicy(folder, smallCatalogue);
  assert.ok(result.ok);
  assert.deepEqual(
    result.warnings.map((warning) => printProblem(warning).replace(`${folder}/`, '')),
    [
      'a.yaml:3:5: Route "open" has no stages that are on: its requests are forwarded unjudged.',
      'a.yaml:4:5: Route "off" has no stages that are on: its requests are forwarded unjudged.',
      'team/b.yaml:1:1: This file is not read: policies stand at the top of the folder.',
    ],
  );
});

test('a limit that never counts is warned of', async (t) => {
  const limit = (name: string, rest: string) =>
    `  - { name: ${name}, key: global, points: 1, per: second${rest} }\n`;
  const folder = await writeFolder(t, {
    'a.yaml': `version: 1\nlimits:\n${limit('a', '')}${limit('b', ', routes: [x]')}${limit('c', ', mode: off')}routes:\n  - { id: x, match: { path: /x }, stages: [{ use: authenticate }] }\n`,
  });
  const result = await loadPolicy(folder, smallCatalogue);
  assert.ok(result.ok);
  assert.deepEqual(
    result.warnings.map(({ message }) => message),
    [
      'Limit "a" never counts: no route has the stage "rate-limit".',
      'Limit "b" never counts on route "x", which lacks the stage "rate-limit".',
    ],
  );
});

test('with several upstreams a route must name its own', async (t) => {
  const folder = await writeFolder(t, {
    'a.yaml': 'version: 1\nroutes:\n  - { id: x, match: { path: /x }, stages: [{ use: authenticate }] }\n',
  });
  const result = await loadPolicy(folder, { ...smallCatalogue, upstreams: ['compute', 'image'] });
  assert.match(
    result.ok ? '' : printProblem(result.problems[0] ?? assert.fail()),
    /a\.yaml:3:5: "upstream" is missing; it must be one of compute, image\.$/,
  );
});
