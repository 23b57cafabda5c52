import { loadCases, type PolicyCase } from '../cases/load.ts';
import { checkCaseReferences } from '../cases/references.ts';
import { type CaseResult, prepareRehearsal, type Rehearsal, redProblem, runCases } from '../cases/run.ts';
import type { Policy } from '../core/policy.ts';
import { noMeters } from '../core/silence.ts';
import type { Problem } from '../files/problem.ts';
import { operations } from '../operations/index.ts';
import type { FolderContent } from '../policy/folder.ts';
import { stages } from '../stages/index.ts';

export interface CheckedCases {
  readonly results: readonly CaseResult[];
  readonly rehearsal: Rehearsal;
  /** Cases files that cannot be read, and red cases. */
  readonly problems: readonly Problem[];
}

/**
 * Judges the cases beside a policy by that policy, which has compiled already.
 *
 * @param only of the cases that are judged; all when left out.
 */
export const checkCases = async (
  { cases }: Pick<FolderContent, 'cases'>,
  policy: Policy,
  only: (one: PolicyCase) => boolean = () => true,
): Promise<CheckedCases> => {
  const rehearsal = prepareRehearsal(policy, { stages, operations, meters: noMeters });
  const loaded = loadCases(cases);
  const wrong = [...loaded.problems, ...checkCaseReferences(loaded.cases, { policy, stages, operations })];
  if (wrong.length > 0) return { results: [], rehearsal, problems: wrong };
  const results = await runCases(rehearsal, loaded.cases.filter(only), () => performance.now());
  return { results, rehearsal, problems: results.flatMap((result) => redProblem(result) ?? []) };
};
