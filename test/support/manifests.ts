/** Kubernetes manifests, held against the published API: by its types for what is unknown, by its schemas for values. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './source-files.ts';

const run = promisify(execFile);

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The module that has a kind. That of the Prometheus operator is a resource definition of its own. */
const moduleOf = ({ apiVersion, kind }: Manifest): string =>
  `${apiVersion.startsWith('monitoring.coreos.com/') ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}/${kind}`;

/**
 * @param patches parts of manifests, which may leave out what they do not change.
 * @returns unknown members, wrong types and values; empty: nothing.
 */
export const manifestComplaints = async (
  manifests: readonly Manifest[],
  patches: readonly Manifest[] = [],
): Promise<string> => {
  const complaints = [await typeComplaints(manifests, patches)];
  for (const manifest of manifests) {
    const module = await import(moduleOf(manifest));
    try {
      new module[manifest.kind](manifest).validate();
    } catch (error) {
      complaints.push(`${manifest.kind}: ${(error as Error).message}`);
    }
  }
  return complaints.filter((text) => text !== '').join('\n');
};

const helpers = `type Whole<T> = T;
type Part<T> = T extends object ? { [K in keyof T]?: Part<T[K]> } : T;`;

const typeComplaints = async (
  manifests: readonly Manifest[],
  patches: readonly Manifest[],
): Promise<string> => {
  // Inside the project, so that the packages are found.
  const folder = await mkdtemp(join(root, 'test-artefacts-kubernetes-'));
  const lines = [...manifests, ...patches].flatMap((manifest, index) => [
    `import type { I${manifest.kind} as Kind${index} } from '${moduleOf(manifest)}';`,
    `export const manifest${index}: ${index < manifests.length ? 'Whole' : 'Part'}<Kind${index}> = ${JSON.stringify(manifest)};`,
  ]);
  try {
    await writeFile(join(folder, 'manifests.ts'), [helpers, ...lines].join('\n'));
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--ignoreConfig'];
    await run(join(root, 'node_modules/.bin/tsc'), [
      ...flags,
      '--types',
      'node',
      join(folder, 'manifests.ts'),
    ]);
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
};
