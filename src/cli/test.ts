import { stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { coverageOf } from '../cases/coverage.ts';
import { junitReport } from '../cases/junit.ts';
import { isCasesName } from '../cases/load.ts';
import { type CasesReport, jsonReport, textReport } from '../cases/report.ts';
import { checkCases } from '../compose/check-cases.ts';
import type { Policy } from '../core/policy.ts';
import type { Problem } from '../files/problem.ts';
import { writeFailure } from '../files/write-whole.ts';
import type { FolderContent } from '../policy/folder.ts';
import { stages } from '../stages/index.ts';
import { complain, complainOf } from './complain.ts';
import { lookAt } from './look.ts';
import { offerUpdate } from './update-cases.ts';

export interface TestOptions {
  readonly json: boolean;
  readonly junit?: string;
  readonly coverage: boolean;
  readonly update: boolean;
  readonly yes: boolean;
}

/** What was judged, and what it was judged by. */
export interface Tested extends CasesReport {
  readonly content: FolderContent;
  readonly policy: Policy;
}

/**
 * `images-gateway test [paths]`: judges the cases beside policies. Exit codes 0 green, or red and all of it written by
 * `--update`; 1 red; 2 nothing to judge.
 */
export const runTest = async (paths: readonly string[], options: TestOptions): Promise<void> => {
  if (options.yes && !options.update) {
    complain('--yes says yes to --update; name both.');
    process.exitCode = 2;
    return;
  }
  const reports: Tested[] = [];
  for (const path of paths.length > 0 ? paths : ['policies']) {
    const tested = await testPath(path, options.coverage);
    if ('problems' in tested) {
      complainOf(tested.problems);
      process.exitCode = 2;
      continue;
    }
    reports.push(tested);
    if (!options.json) process.stdout.write(textReport(tested));
  }
  if (options.json) process.stdout.write(jsonReport(reports));
  if (options.junit !== undefined) await writeJunit(options.junit, junitReport(reports));
  const results = reports.flatMap((report) => report.results);
  if (process.exitCode !== undefined) return;
  if (results.length === 0) {
    complain('There are no cases here. Write *.cases.yaml beside the policy; see docs/policies.md.');
    process.exitCode = 2;
  } else if (options.update) process.exitCode = await offerUpdate(reports, options.yes);
  else if (results.some(({ outcome }) => outcome !== 'pass')) process.exitCode = 1;
};

/** A system that waits for the report must not take its absence for green. */
const writeJunit = async (file: string, text: string): Promise<void> => {
  try {
    await writeFile(file, text);
  } catch (cause) {
    complain(`${file}: ${writeFailure(cause)}`);
    process.exitCode = 2;
  }
};

/** @param path a policy folder, or one cases file in it. */
const testPath = async (
  path: string,
  withCoverage: boolean,
): Promise<Tested | { readonly problems: readonly Problem[] }> => {
  const isFile = isCasesName(path) && (await isThere(path));
  const folder = isFile ? dirname(path) : path;
  // The policy alone: its red cases are what this command reports, case by case.
  const loaded = await lookAt(folder);
  if (!loaded.ok) return loaded;
  const { policy, revision } = loaded.snapshot;
  const only = isFile ? ({ at }: { at: { file: string } }) => at.file === path : undefined;
  const { results, rehearsal, problems } = await checkCases(loaded.content, policy, only);
  if (results.length === 0 && problems.length > 0) return { problems };
  const coverage = withCoverage ? coverageOf(rehearsal.snapshot, stages, results) : undefined;
  return { folder, revision, results, coverage, content: loaded.content, policy };
};

const isThere = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};
