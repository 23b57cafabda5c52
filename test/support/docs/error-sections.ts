/** `docs/errors.md`: slips that people make, each one really made when the page is written. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCurl } from '../../../src/cases/curl.ts';
import { inertPorts } from '../../../src/compose/inert-ports.ts';
import { loadSnapshot } from '../../../src/compose/load-snapshot.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { noMeters } from '../../../src/core/silence.ts';
import { printProblem } from '../../../src/files/problem.ts';
import { readBundle } from '../../../src/policy/bundle.ts';
import { readRolloutState } from '../../../src/policy/rollout-state.ts';
import { writeInto } from '../policy-folder.ts';
import { type Block, table } from './blocks.ts';
import { commandRows, printedBy } from './error-commands.ts';
import { fileRows } from './error-files.ts';
import { judgedSchema, policySections } from './error-policies.ts';
import { settingsSections } from './error-settings.ts';

export interface ErrorSection {
  readonly title: string;
  readonly file: string;
  /** What stands above each example in its file. */
  readonly before?: string;
  /** What somebody wrote, and how to mend it. */
  readonly rows: readonly (readonly [written: string, mend: string])[];
}

/** Sound ones, for what is said of certificates that are. */
const pair = Object.fromEntries(
  ['cert', 'key'].map((name) => [
    `${name}.pem`,
    readFileSync(join(import.meta.dirname, `../tls/${name}.pem`), 'utf8'),
  ]),
);

/** What may lie beside an example. */
const beside = (file: string): Readonly<Record<string, string>> => {
  const token = `{ sha256: ${'0123456789abcdef'.repeat(4)}, user: { id: u }, project: { id: p }, roles: [r]`;
  if (file === 'gateway.yaml')
    return {
      ...pair,
      empty: '\n',
      'twice.yaml': `version: 1\ntokens:\n  - ${token} }\n  - ${token} }\n`,
      'no-day.yaml': `version: 1\ntokens:\n  - ${token}, expiresAt: "2030-02-30T00:00:00Z" }\n`,
    };
  const routes = 'routes: [{ id: images, match: { path: /images }, stages: [{ use: authenticate }] }]';
  if (file === judgedSchema) {
    const match = '{ operations: [image-metadata-merge] }';
    return {
      'policy.yaml': `version: 1\nroutes: [{ id: w, match: ${match}, stages: [{ use: metadata-schema }] }]\n`,
    };
  }
  return file === 'policy.yaml' ? {} : { 'policy.yaml': `version: 1\n${routes}\n` };
};

/** What `validate` prints of it, a line a problem. */
const printed = async (folder: string, file: string, text: string): Promise<readonly string[]> => {
  await writeInto(folder, { ...beside(file), [file]: text });
  const loaded =
    file === 'gateway.yaml'
      ? await loadConfig(join(folder, file), { TOKEN: 'no certificate', EMPTY: '' })
      : await loadSnapshot(folder, ['compute'], { ports: inertPorts, meters: noMeters });
  const problems = loaded.ok ? [] : loaded.problems;
  return problems.map((problem) => printProblem(problem).replaceAll(`${folder}/`, ''));
};

/** Nobody has to count the letters of what is too long. */
const shortened = (text: string): string => text.replaceAll(/([^|])\1{100,}/g, '$1$1$1...$1$1$1');
const inCell = (text: string): string => `\`\`${shortened(text.replaceAll('\n', '↵'))}\`\``;

const section = async ({ file, before, rows }: ErrorSection): Promise<string> => {
  const cells: string[][] = [];
  for (const [written, mend] of rows) {
    const folder = mkdtempSync(join(tmpdir(), 'images-gateway-'));
    const text = `${before === undefined ? '' : `${before}\n`}${written}\n`;
    const lines = await printed(folder, file, text);
    rmSync(folder, { recursive: true });
    if (lines.length === 0) throw new Error(`Nothing is wrong with this example: ${written}`);
    cells.push([inCell(written), lines.map(inCell).join('<br>'), mend]);
  }
  const head = table(['Written', 'Printed', 'To mend it'], cells);
  return before === undefined ? head : `Below these lines:\n\n\`\`\`text\n${before}\n\`\`\`\n\n${head}`;
};

const curlRows: readonly (readonly [readonly string[], string])[] = [
  [['curl', '-X', 'GET'], 'Add the address.'],
  [['curl', 'http://a/', 'http://b/'], 'Explain one after the other.'],
  [['curl', 'ftp://a/'], 'Write http:// or https://.'],
  [['curl', '-H', 'Accept', 'http://a/'], 'Write the header as "Name: value".'],
  [['curl', '-d', '@body.json', 'http://a/'], 'Say --body "$(cat body.json)".'],
  [['curl', '--http3', 'http://a/'], 'Leave it out: it does not change what the gateway sees.'],
];

const curlSection = (): string =>
  table(
    ['Written', 'Printed', 'To mend it'],
    curlRows.map(([words, mend]) => {
      const read = readCurl(words);
      if (read.ok) throw new Error(`Nothing is wrong with this example: ${words.join(' ')}`);
      return [inCell(`explain -- ${words.join(' ')}`), inCell(read.message), mend];
    }),
  );

const bundleRows: readonly (readonly [string, string])[] = [
  ['version: 1', 'Name the file that bundle build wrote.'],
  ['{}', 'Build it with this version of the program.'],
  [
    '{"format":"images-gateway-bundle","version":1,"revision":"r","files":[],"sha256":"0"}',
    'Copy it again, and compare its size.',
  ],
];

/** Rows of what is printed for files with this content; throws if nothing is wrong with one of them. */
const contentTable = (
  rows: readonly (readonly [string, string])[],
  read: (text: string) => { readonly ok: true } | { readonly ok: false; readonly message: string },
): string =>
  table(
    ['Content of the file', 'Printed', 'To mend it'],
    rows.map(([text, mend]) => {
      const found = read(text);
      if (found.ok) throw new Error(`Nothing is wrong with this example: ${text}`);
      return [inCell(text), inCell(found.message), mend];
    }),
  );

const stateRows: readonly (readonly [string, string])[] = [
  ['{', 'As it says; the log tells which revision was staged or promoted, and by what name.'],
  ['{}', 'Take the program that wrote it, or do as it says.'],
  [
    '{"format":"images-gateway-rollout","version":1,"sha256":"0","state":{}}',
    'As it says; somebody or something has changed the file.',
  ],
];

const commandCells: string[][] = [];
for (const row of [...commandRows, ...fileRows]) {
  const words = inCell(`images-gateway ${row.words.join(' ')}`);
  const lines = (await printedBy(row)).split('\n').map(inCell);
  commandCells.push([row.when === undefined ? words : `${row.when}: ${words}`, lines.join('<br>'), row.mend]);
}

const all = [...settingsSections, ...policySections];
const made: Record<string, Block> = {};
for (const one of all) {
  const text = await section(one);
  made[`errors: ${one.title}`] = () => text;
}

export const errorBlocks: Readonly<Record<string, Block>> = {
  ...made,
  'errors: curl': curlSection,
  'errors: bundles': () => contentTable(bundleRows, (text) => readBundle('policy.bundle', text)),
  'errors: roll-outs': () => contentTable(stateRows, (text) => readRolloutState('rollout.json', text)),
  'errors: commands': () => table(['Done', 'Printed', 'To mend it'], commandCells),
};
export const errorTitles: readonly string[] = all.map(({ title }) => title);
