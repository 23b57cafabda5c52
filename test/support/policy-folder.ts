import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { Type } from 'typebox';
import { noIntent, type Operation } from '../../src/core/operation.ts';
import type { AnyStage } from '../../src/core/stage.ts';
import { pass } from '../../src/core/verdict.ts';
import type { PolicyCatalogue } from '../../src/policy/assemble.ts';
import { root } from './source-files.ts';

/** A stage that only has a name and options. */
const stage = (name: string, options: AnyStage['options']): AnyStage => ({
  name,
  summary: `The stage ${name}.`,
  options,
  reads: [],
  gives: [],
  ports: [],
  faults: {},
  prepare: () => () => pass,
});

const operation = (name: string, method: Operation['method'], path: string): Operation => ({
  name,
  summary: `The call ${name}.`,
  api: 'compute',
  method,
  path,
  mediaTypes: ['application/json'],
  intent: () => noIntent,
});

/** A small world for tests of the loader: three stages, two guarded calls, one upstream. */
export const smallCatalogue: PolicyCatalogue = {
  stages: [
    stage('authenticate', Type.Object({}, { additionalProperties: false })),
    stage(
      'authorize',
      Type.Object({
        roles: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Any of these.' }),
        compat: Type.Enum(['openstack', 'repose'], { default: 'openstack', description: 'Which answers.' }),
      }),
    ),
    stage(
      'metadata-schema',
      Type.Object({
        schemas: Type.Record(Type.String(), Type.String(), { default: {}, description: 'By operation.' }),
        maxErrors: Type.Integer({ minimum: 1, maximum: 20, default: 5, description: 'Errors told.' }),
      }),
    ),
  ],
  operations: [
    operation('image-metadata-merge', 'POST', '/images/:imageId/metadata'),
    operation('image-metadata-replace', 'PUT', '/images/:imageId/metadata'),
  ],
  upstreams: ['compute'],
};

/** Writes files (path to text) into a new folder that goes away with the test. */
export const writeFolder = async (
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeInto(folder, files);
  return folder;
};

/** The shipped policy, changed, in a new folder; without its cases, which would hold no more. */
export const shippedPolicy = async (t: TestContext, edit: (text: string) => string): Promise<string> => {
  const folder = await writeFolder(t, {});
  await cp(join(root, 'policies'), folder, {
    recursive: true,
    filter: (path) => !path.endsWith('.cases.yaml'),
  });
  const file = join(folder, 'images.yaml');
  await writeFile(file, edit(await readFile(file, 'utf8')));
  return folder;
};

export const writeInto = async (folder: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
};

/** A valid policy file that uses most of what the format has. */
export const validPolicy = `# yaml-language-server: $schema=../docs/schemas/policy.schema.json
version: 1
limits:
  - { name: project-writes, key: project, points: 100, per: minute, methods: [POST, PUT], routes: [metadata-write] }
  - name: everyone
    key: global
    points: 1000
    per: second
    every: 10
    mode: flag
    burst: { points: 200, per: second }
    costs: { image-metadata-replace: 5 }
    groups:
      - { name: staff, roles: [admin], points: 5000 }
routes:
  - id: metadata-write
    match: { operations: [image-metadata-merge, image-metadata-replace] }
    body: { maxBytes: 32768, keys: lower }
    stages:
      - use: authenticate
      - use: authorize
        mode: flag
        with: { roles: [member] }
      - use: metadata-schema
        with: { schemas: { image-metadata-merge: schemas/set.json } }
  - id: image-read
    match: { path: "/images/:imageId", methods: [GET, HEAD] }
    upstream: compute
    upgrade: false
    stages: [{ use: authenticate }]
default:
  upstream: compute
  stages: [{ use: authenticate }]
`;
