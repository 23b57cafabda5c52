import type { Coverage, Reach } from './coverage.ts';
import type { CaseResult } from './run.ts';

/** All that a run of cases found in one policy folder. */
export interface CasesReport {
  readonly folder: string;
  readonly revision: string;
  readonly results: readonly CaseResult[];
  readonly coverage: Coverage | undefined;
}

const words = { pass: 'PASS', fail: 'FAIL', error: 'ERROR' } as const;

/** For people: a line for each case, and below a red one what is not as expected. */
export const textReport = ({ folder, revision, results, coverage }: CasesReport): string => {
  const lines = [`${folder} (revision ${revision})`];
  for (const result of results) {
    const { name, at } = result.case;
    lines.push(`${words[result.outcome].padEnd(5)} ${name} (${result.milliseconds.toFixed(1)} ms)`);
    if (result.outcome === 'pass') continue;
    lines.push(`      ${at.file}:${at.line}`);
    if (result.outcome === 'error') lines.push(`      ${result.message}`);
    else lines.push(...differenceLines(result));
  }
  if (coverage !== undefined) lines.push(...coverageLines(coverage));
  const count = (outcome: CaseResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  lines.push(
    `${results.length} cases: ${count('pass')} passed, ${count('fail')} failed, ${count('error')} errors`,
  );
  return `${lines.join('\n')}\n`;
};

const differenceLines = (result: Extract<CaseResult, { outcome: 'fail' }>): string[] => {
  const lines: string[] = [];
  for (const { path, expected, actual } of result.differences) {
    lines.push(`      ${path.join('.')}:`, `        expected  ${expected}`, `        but got   ${actual}`);
  }
  const { judged } = result;
  if (judged?.fault !== undefined) lines.push(`      it said: ${judged.fault.code}: ${judged.fault.message}`);
  const last = judged?.steps.at(-1);
  if (last !== undefined)
    lines.push(`      last stage asked: ${last.stage} at ${last.at.file}:${last.at.line}`);
  return lines;
};

const coverageLines = (coverage: Coverage): string[] =>
  Object.entries(coverage).flatMap(([kind, { all, missed }]: [string, Reach]) => [
    `coverage of ${kind}: ${all - missed.length} of ${all}`,
    ...missed.map((name) => `  no case reaches ${name}`),
  ]);

/** For programs: one JSON document. */
export const jsonReport = (reports: readonly CasesReport[]): string => {
  const value = reports.map(({ folder, revision, results, coverage }) => ({
    folder,
    revision,
    cases: results.map((result) => ({
      name: result.case.name,
      file: result.case.at.file,
      line: result.case.at.line,
      outcome: result.outcome,
      milliseconds: result.milliseconds,
      ...(result.outcome === 'fail' && {
        differences: result.differences.map(({ path, expected, actual }) => ({ path, expected, actual })),
      }),
      ...(result.outcome === 'error' && { message: result.message }),
    })),
    ...(coverage !== undefined && { coverage }),
  }));
  return `${JSON.stringify(value, null, 2)}\n`;
};
