import type { CasesReport } from './report.ts';
import type { CaseResult } from './run.ts';

/** For CI systems: the JUnit XML that all of them read (the schema of Apache Ant's JUnit task). */
export const junitReport = (reports: readonly CasesReport[]): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...reports.flatMap(({ folder, results }) => [
      `  <testsuite name="${xmlText(folder)}" tests="${results.length}" failures="${count(results, 'fail')}" errors="${count(results, 'error')}" time="${seconds(results.reduce((sum, { milliseconds }) => sum + milliseconds, 0))}">`,
      ...results.flatMap(testCase),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');

const testCase = (result: CaseResult): string[] => {
  const { name, at } = result.case;
  const open = `    <testcase name="${xmlText(name)}" classname="${xmlText(at.file)}" time="${seconds(result.milliseconds)}"`;
  if (result.outcome === 'pass') return [`${open}/>`];
  const text =
    result.outcome === 'error'
      ? result.message
      : result.differences
          .map(({ path, expected, actual }) => `${path.join('.')}: expected ${expected}, but got ${actual}`)
          .join('\n');
  const element = result.outcome === 'error' ? 'error' : 'failure';
  return [
    `${open}>`,
    `      <${element} message="${xmlText(text.split('\n', 1)[0] ?? '')}">${xmlText(`${at.file}:${at.line}\n${text}`)}</${element}>`,
    '    </testcase>',
  ];
};

const count = (results: readonly CaseResult[], outcome: CaseResult['outcome']): number =>
  results.filter((result) => result.outcome === outcome).length;

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(4);

/** XML 1.0 has no way to write most control characters, so they are left out. */
const xmlText = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
