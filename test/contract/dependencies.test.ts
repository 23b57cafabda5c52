/** What package.json promises about other people's code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { importsOf, packageOf, root, sourceFiles } from '../support/source-files.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

const imported = (folder: string): readonly string[] => {
  const names = sourceFiles(folder)
    .flatMap(importsOf)
    .filter(({ ours, to }) => !ours && !to.startsWith('node:'))
    .map(({ to }) => packageOf(to));
  return [...new Set(names)].sort();
};

test('the sources import exactly the dependencies that are declared', () => {
  assert.deepEqual(imported('src'), Object.keys(manifest.dependencies).sort());
});

test('the tests import nothing that is not declared', () => {
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  assert.deepEqual(
    imported('test').filter((name) => !declared.has(name)),
    [],
  );
});

test('every version is exact, and the lock file has it', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const [name, version] of Object.entries(all)) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.equal(lock.packages[`node_modules/${name}`]?.version, version, name);
  }
});

test('every package in the lock file is hashed, and none comes from a place of its own', () => {
  for (const [path, entry] of Object.entries<Record<string, unknown>>(lock.packages)) {
    if (path === '') continue;
    assert.match(String(entry['integrity']), /^sha512-/, path);
    // No address: the registry that npm is set to is asked, so that a mirror serves as well.
    assert.equal(entry['resolved'], undefined, path);
  }
});

test('of the packages with a script one may run it when it is installed, and all are named', () => {
  const scripted = Object.entries<Record<string, unknown>>(lock.packages).filter(
    ([, entry]) => entry['hasInstallScript'] === true,
  );
  assert.deepEqual(
    scripted.map(([path]) => path),
    ['node_modules/esbuild', 'node_modules/node'],
  );
  assert.deepEqual(manifest.allowScripts, { esbuild: false, node: true });
});
