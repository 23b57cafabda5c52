/** A kustomization as kustomize reads it: which files it takes in, and from where it may take them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize, relative } from 'node:path';
import { parse } from 'yaml';
import type { Manifest } from './manifests.ts';

export interface Kustomization {
  readonly namespace?: string;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly { readonly path: string }[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
}

export interface Taken {
  readonly manifests: readonly Manifest[];
  readonly patches: readonly Manifest[];
  /** ConfigMaps by their name, each with the names of its keys. */
  readonly configMaps: Readonly<Record<string, readonly string[]>>;
  /** Every file that was read, the kustomizations included. */
  readonly files: readonly string[];
}

/** The file by which kustomize knows a folder. */
const fileOf = (folder: string): string => {
  const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
  const [file, ...others] = names.map((name) => join(folder, name)).filter((name) => existsSync(name));
  assert.ok(file !== undefined && others.length === 0, `${folder} is one kustomization`);
  return file;
};

/** Holds that every file exists and lies in or below the folder that names it; only folders may lie elsewhere. */
export const takenBy = (folder: string): Taken => {
  const file = fileOf(folder);
  const read: Kustomization = parse(readFileSync(file, 'utf8'));
  const own = (name: string): string => {
    const path = join(folder, name);
    assert.equal(normalize(name).startsWith('..'), false, `${name} lies above ${folder}`);
    assert.ok(existsSync(path), `${file} names ${name}`);
    return path;
  };
  const { resources = [], components = [], patches = [], configMapGenerator = [] } = read;
  const isFile = (name: string): boolean => /\.ya?ml$/.test(name);
  const manifest = (name: string): Manifest => parse(readFileSync(own(name), 'utf8'));
  const others = [...resources.filter((name) => !isFile(name)), ...components].map((name) => {
    assert.ok(relative(join(folder, name), folder).startsWith('..'), `${name} holds ${folder}: a circle`);
    return takenBy(join(folder, name));
  });
  const named = [...resources.filter(isFile), ...patches.map(({ path }) => path)];
  const mapped = configMapGenerator.flatMap(({ files }) => files).map((name) => name.split('=').at(-1) ?? '');
  return {
    manifests: [...resources.filter(isFile).map(manifest), ...others.flatMap((other) => other.manifests)],
    patches: [...patches.map(({ path }) => manifest(path)), ...others.flatMap((other) => other.patches)],
    configMaps: Object.assign(
      {},
      ...others.map((other) => other.configMaps),
      ...configMapGenerator.map(({ name, files }) => ({ [name]: files.map(keyOf) })),
    ),
    files: [file, ...[...named, ...mapped].map(own), ...others.flatMap((other) => other.files)],
  };
};

const keyOf = (entry: string): string => entry.split('=')[0]?.split('/').at(-1) ?? '';
