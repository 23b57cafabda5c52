import { flowText } from '../files/yaml-document.ts';
import { editYaml, type YamlEdit } from '../files/yaml-edit.ts';
import type { PolicyCase } from './load.ts';
import { type ExpectationChange, mendedExpectation } from './mended-expectation.ts';
import type { CaseResult } from './run.ts';

/** A cases file whose red cases would expect what came out. */
export interface CasesUpdate {
  readonly file: string;
  /** The whole text, with every comment, quote and line that is not part of a change. */
  readonly text: string;
  readonly cases: readonly { readonly case: PolicyCase; readonly changes: readonly ExpectationChange[] }[];
}

/** What would have to be written for the cases that failed; the files without any are left out. */
export const updatesOf = (
  texts: readonly { readonly file: string; readonly text: string }[],
  results: readonly CaseResult[],
): readonly CasesUpdate[] =>
  texts.flatMap(({ file, text }) => {
    const cases = results.flatMap((result) =>
      result.outcome === 'fail' && result.judged !== undefined && result.case.at.file === file
        ? [
            {
              case: result.case,
              changes: mendedExpectation(result.case.expect, result.differences, result.judged),
            },
          ]
        : [],
    );
    return cases.length === 0 ? [] : [{ file, text: rewritten(text, cases), cases }];
  });

/** Edits of one mapping must not meet, so each case gives one edit a round. */
const rewritten = (text: string, cases: CasesUpdate['cases']): string => {
  const lists = cases.map(({ case: { path }, changes }) =>
    changes.map(({ path: inner, value }): YamlEdit => ({ path: [...path, 'expect', ...inner], value })),
  );
  const rounds = Math.max(...lists.map(({ length }) => length));
  let now = text;
  for (let round = 0; round < rounds; round += 1)
    now = editYaml(
      now,
      lists.flatMap((list) => list[round] ?? []),
    );
  return now;
};

/** For people: each case with its place, the lines that go and the lines that come. */
export const updateText = (updates: readonly CasesUpdate[]): string =>
  updates
    .flatMap(({ cases }) =>
      cases.flatMap(({ case: { at, name }, changes }) => [
        `${at.file}:${at.line}: ${name}`,
        ...changes.flatMap(({ path, before, value }) => [
          ...(before === undefined ? [] : [`  - ${path.join('.')}: ${flowText(before)}`]),
          ...(value === undefined ? [] : [`  + ${path.join('.')}: ${flowText(value)}`]),
        ]),
      ]),
    )
    .map((line) => `${line}\n`)
    .join('');
