/** Kubernetes manifests, held against the published types of its API by the compiler. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The module of the package `kubernetes-types` that has a kind: `apps/v1`, and `core/v1` for those without a group. */
const moduleOf = ({ apiVersion }: Manifest): string => {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  return `${group.replace('.k8s.io', '')}/${version}`;
};

/** What the compiler has to say against manifests: unknown members, wrong types. Empty: nothing. */
export const manifestComplaints = async (manifests: readonly Manifest[]): Promise<string> => {
  // Inside the project, so that the package is found.
  const folder = await mkdtemp(join(root, 'test-artefacts-kubernetes-'));
  const lines = manifests.flatMap((manifest, index) => [
    `import type { ${manifest.kind} as Kind${index} } from 'kubernetes-types/${moduleOf(manifest)}';`,
    `export const manifest${index}: Kind${index} = ${JSON.stringify(manifest)};`,
  ]);
  try {
    await writeFile(join(folder, 'manifests.ts'), lines.join('\n'));
    const flags = ['--noEmit', '--strict', '--module', 'preserve', '--ignoreConfig', '--types', 'node'];
    await run(join(root, 'node_modules/.bin/tsc'), [...flags, join(folder, 'manifests.ts')]);
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
};
