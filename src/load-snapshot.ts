import type { SourcePlace } from './core/policy.ts';
import { operations } from './operations/index.ts';
import { type Catalogue, compilePolicy, type Snapshot } from './pipeline/compile.ts';
import { loadPolicy } from './policy/load.ts';
import { stages } from './stages/index.ts';

export interface LoadProblem {
  readonly place: SourcePlace;
  readonly message: string;
}

export type LoadedSnapshot =
  | { readonly ok: true; readonly snapshot: Snapshot; readonly warnings: readonly LoadProblem[] }
  | { readonly ok: false; readonly problems: readonly LoadProblem[] };

/**
 * A policy folder, read and compiled, ready to be swapped in. `serve`, reloads and `validate` all go through here, so
 * that "valid" and "loads" cannot disagree.
 *
 * @param upstreams names that `config/gateway.yaml` defines.
 */
export const loadSnapshot = async (
  folder: string,
  upstreams: readonly string[],
  outside: Pick<Catalogue, 'ports' | 'meters'>,
): Promise<LoadedSnapshot> => {
  const loaded = await loadPolicy(folder, { stages, operations, upstreams });
  if (!loaded.ok) return loaded;
  const compiled = compilePolicy(loaded.policy, { stages, operations, ...outside });
  return compiled.ok ? { ...compiled, warnings: loaded.warnings } : compiled;
};

/** `file:line:column: sentence`, which editors and terminals turn into a link. */
export const problemLine = ({ place, message }: LoadProblem): string =>
  `${place.file}:${place.line}:${place.column}: ${message}`;
