import type { Problem } from '../files/problem.ts';
import { operations } from '../operations/index.ts';
import { type Catalogue, compilePolicy, type Snapshot } from '../pipeline/compile.ts';
import type { FolderContent } from '../policy/folder.ts';
import { policyOf, settledContent } from '../policy/load.ts';
import { stages } from '../stages/index.ts';
import { checkCases } from './check-cases.ts';

export type LoadedSnapshot =
  | {
      readonly ok: true;
      readonly snapshot: Snapshot;
      readonly warnings: readonly Problem[];
      readonly content: FolderContent;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * A policy folder, read and compiled, ready to be swapped in. `serve`, reloads and `validate` all go through here, so
 * that "valid" and "loads" cannot disagree.
 *
 * The cases beside the policy are part of it: a revision with a red case does not load.
 *
 * @param upstreams names that `config/gateway.yaml` defines.
 */
export const loadSnapshot = async (
  folder: string,
  upstreams: readonly string[],
  outside: Pick<Catalogue, 'ports' | 'meters'>,
  gate: { readonly cases: boolean } = { cases: true },
): Promise<LoadedSnapshot> => snapshotOf(await settledContent(folder), upstreams, outside, gate);

/** The same for files that are in memory already. */
export const snapshotOf = async (
  content: FolderContent,
  upstreams: readonly string[],
  outside: Pick<Catalogue, 'ports' | 'meters'>,
  gate: { readonly cases: boolean } = { cases: true },
): Promise<LoadedSnapshot> => {
  const loaded = policyOf(content, { stages, operations, upstreams, now: outside.ports.clock.now() });
  if (!loaded.ok) return loaded;
  const compiled = compilePolicy(loaded.policy, { stages, operations, ...outside });
  if (!compiled.ok) return compiled;
  const problems = gate.cases ? (await checkCases(loaded.content, loaded.policy)).problems : [];
  return problems.length > 0
    ? { ok: false, problems }
    : { ...compiled, warnings: loaded.warnings, content: loaded.content };
};
