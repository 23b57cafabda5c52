/** Who may import whom. Arrows point one way: main -> cli -> compose -> everything -> core. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Import, importsOf, packageOf, sourceFiles } from '../support/source-files.ts';

const files = sourceFiles('src');
const imports = files.flatMap(importsOf);

/** The folder a file belongs to; those at the root of `src` are `main` and the files that join (`compose`). */
const folderOf = (path: string): string => {
  const [, first = '', second] = path.split('/');
  if (second !== undefined) return first;
  return first === 'main.ts' ? 'main' : 'compose';
};

const inner = ['core', 'files', 'operations', 'stages', 'pipeline', 'policy', 'config', 'cases'];
const outer = ['node', 'adapters', 'http', 'telemetry', 'workers', 'demo', 'doctor'];

/** Folders that a folder may import, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  node: [],
  demo: [],
  doctor: [],
  workers: ['core'],
  files: ['core'],
  operations: ['core'],
  stages: ['core'],
  pipeline: ['core'],
  adapters: ['core', 'node'],
  telemetry: ['core', 'node'],
  policy: ['core', 'files'],
  config: ['core', 'files'],
  http: ['core', 'node', 'pipeline'],
  // Tests of policies send imagined requests through the real chain compiler and runner.
  cases: ['core', 'files', 'pipeline'],
  compose: [...inner, 'node', 'adapters', 'http', 'telemetry', 'workers'],
  cli: [...inner, ...outer, 'compose'],
  main: ['cli'],
};

/** Node's own modules that a folder may use at run time; a folder that is not named may use all of them. */
const builtins: Readonly<Record<string, readonly string[]>> = {
  core: [],
  operations: [],
  stages: ['node:crypto'],
};

const said = ({ from, to }: Import): string => `${from} imports ${to}`;

test('every folder of src has a row in the table of directions', () => {
  assert.deepEqual(
    [...new Set(files.map(({ path }) => folderOf(path)))].filter((folder) => !(folder in allowed)),
    [],
  );
});

test('a folder imports only the folders that the table gives it', () => {
  const wrong = imports.filter(({ from, to, ours }) => {
    const [here, there] = [folderOf(from), folderOf(to)];
    return ours && here !== there && !allowed[here]?.includes(there);
  });
  assert.deepEqual(wrong.map(said), []);
});

test('no file loads itself through others', () => {
  const next = new Map(
    files.map((file) => [file.path, importsOf(file).filter(({ ours, typeOnly }) => ours && !typeOnly)]),
  );
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): string | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path].join(' -> ');
    if (done.has(path)) return undefined;
    for (const { to } of next.get(path) ?? []) {
      const cycle = walk(to, [...way, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  assert.deepEqual(
    files.map(({ path }) => walk(path, [])).filter((cycle) => cycle !== undefined),
    [],
  );
});

test('every import of ours names a file that is there', () => {
  const known = new Set(files.map(({ path }) => path));
  assert.deepEqual(imports.filter(({ ours, to }) => ours && !known.has(to)).map(said), []);
});

test('core and operations use nothing of Node at run time, and stages only hashes', () => {
  const wrong = imports.filter(({ from, to, typeOnly }) => {
    const list = builtins[folderOf(from)];
    return to.startsWith('node:') && !typeOnly && list !== undefined && !list.includes(to);
  });
  assert.deepEqual(wrong.map(said), []);
});

test('each outside library is imported in one file', () => {
  const importers = new Map<string, Set<string>>();
  for (const { from, to, ours } of imports) {
    const name = packageOf(to);
    if (ours || name.startsWith('node:')) continue;
    importers.set(name, (importers.get(name) ?? new Set()).add(from));
  }
  const several = [...importers].filter(([, from]) => from.size > 1);
  assert.deepEqual(
    several.map(([name, from]) => `${name}: ${[...from].join(', ')}`),
    [],
  );
});

test('the library of the schema types is never loaded', () => {
  const loaded = imports.filter(
    ({ to, ours, typeOnly }) => !ours && packageOf(to) === 'typebox' && !typeOnly,
  );
  assert.deepEqual(loaded.map(said), []);
});
