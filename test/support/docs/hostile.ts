/** The families of docs/hostile-input.md: the rows that the tests run, with what is expected and where it comes from. */
import type { HostileRow } from '../../../src/doctor/hostile-row.ts';
import { hostileSet } from '../../../src/doctor/hostile-set.ts';
import { type BrokenRow, brokenAnswers } from '../broken-answers.ts';
import { brokenBodies, refused, sound } from '../framing-rows.ts';
import { sourceFiles } from '../source-files.ts';
import { type Block, table } from './blocks.ts';

type Cells = readonly [what: string, expectation: string, source: string];

const family = (title: string, rows: readonly Cells[]): string =>
  `### ${title}\n\n${table(['Input', 'Expectation', 'Source'], rows)}`;

/** What the doctor sends: one table for each family, in the order of the list. */
const doctorFamilies = (): string =>
  [...Map.groupBy(hostileSet, (row: HostileRow) => row.family)]
    .map(([title, rows]) =>
      family(
        title,
        rows.map(({ name, expect, source }) => [name, expect, source]),
      ),
    )
    .join('\n\n');

const smuggling = 'RFC 9112 6.1, 6.3, 7.1, 11.2; RFC 9110 5.5';

const framingFamilies = (): string =>
  family('Raw framing', [
    ...refused.map(
      ([name, , status = 400]): Cells => [name, `${status} with a fault, and not a byte leaves`, smuggling],
    ),
    ...brokenBodies.map(([name]): Cells => [name, 'never run, in whole or in part', 'RFC 9112 7.1']),
    ...sound.map(
      ([name, , answers]): Cells => [
        name,
        `run exactly once as it was judged: ${answers.join(', ')}`,
        'RFC 9112 6.3, 9.3',
      ],
    ),
  ]);

const endOf = (end: BrokenRow[3]): string => {
  if (typeof end === 'number') return `${end} with a fault`;
  if (end === 'cut') return 'the connection is cut, so that nobody takes it for whole';
  return `${end.status}, with the body that belongs to it; the connection is not used again where bytes follow`;
};

const brokenFamily = (): string =>
  family(
    'Answers of a broken service behind',
    brokenAnswers.map(([name, , , end]) => [name, endOf(end), 'RFC 9112 6.3, 8; RFC 9110 15.6.3, 15.6.5']),
  );

/** Tests that are no rows of a list, read from their names: each is a sentence about what happens. */
const sentences: readonly [title: string, file: string, source: string][] = [
  ['Floods', 'test/e2e/overload.test.ts', 'CWE-400, CWE-770; RFC 9110 15.5.9, 15.6.4'],
  ['Connections', 'test/e2e/flood-of-connections.test.ts', 'CWE-400 (slow clients)'],
  ['The edge', 'test/e2e/edge-connections.test.ts', 'RFC 9112 9.3, 9.6; RFC 6585 5'],
  ['Pipelines', 'test/e2e/edge-pipelines.test.ts', 'RFC 9112 9.3.2; RFC 9110 7.8, 10.1.1; Node.js 26'],
  [
    'Ways round the guard',
    'test/e2e/guard-evasion.test.ts',
    'Glance api/v2/images.py; MariaDB collations; RFC 8259; RFC 6901, 6902',
  ],
  ['The address of the client', 'test/unit/pipeline/forwarded.test.ts', 'RFC 7239 8.1'],
  ['The process', 'test/e2e/process-end.test.ts', 'CWE-755'],
  ['Memory', 'test/e2e/soak.test.ts', 'CWE-401, CWE-770'],
  ['Reload', 'test/e2e/reload.test.ts', 'one request, one revision'],
  [
    'Reload and end under load',
    'test/e2e/reload-and-stop.test.ts',
    'one request, one revision; RFC 9112 9.6',
  ],
  ['Shutdown', 'test/e2e/shutdown.test.ts', 'RFC 9112 9.6'],
];

const namesOf = (file: string): readonly string[] => {
  const text = sourceFiles('test').find(({ path }) => path === file)?.text;
  if (text === undefined) throw new Error(`There is no ${file}.`);
  return [...text.matchAll(/^ *test\(\s*(['"])((?:\\.|(?!\1).)*)\1/gm)].map(([, , name = '']) =>
    name.replaceAll(/\\(.)/g, '$1'),
  );
};

const sentenceFamilies = (): string =>
  sentences
    .map(([title, file, source]) =>
      family(
        title,
        namesOf(file).map((name): Cells => [name, `\`${file}\``, source]),
      ),
    )
    .join('\n\n');

export const hostileBlocks: Readonly<Record<string, Block>> = {
  'hostile set': doctorFamilies,
  framing: framingFamilies,
  'broken answers': brokenFamily,
  'hostile tests': sentenceFamilies,
};
