/** Habits of the files themselves: size, names, and what may not stand in them. */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { type SourceFile, sourceFiles } from '../support/source-files.ts';

const sources = sourceFiles('src');
const tests = sourceFiles('test');
const all = [...sources, ...tests];

/** Every line of these files that the pattern matches, with its place. */
const linesLike = (files: readonly SourceFile[], pattern: RegExp): readonly string[] =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );

const median = (files: readonly SourceFile[]): number =>
  files.map(({ lines }) => lines).sort((a, b) => a - b)[Math.floor(files.length / 2)] ?? 0;

test('no file is longer than 250 lines, and half of the sources have no more than 100', (t) => {
  t.diagnostic(`median lines: src ${median(sources)}, test ${median(tests)}`);
  assert.deepEqual(
    all.filter(({ lines }) => lines > 250).map(({ path, lines }) => `${path}: ${lines}`),
    [],
  );
  assert.ok(median(sources) <= 100, `${median(sources)}`);
});

test('a file has the name of its one idea, in lower case with hyphens', () => {
  const odd = all.filter(
    ({ path }) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?(\.test)?\.ts$/.test(basename(path)),
  );
  assert.deepEqual(
    odd.map(({ path }) => path),
    [],
  );
  const vague = all.filter(({ path }) =>
    /^(utils?|helpers?|types|misc|common|shared)\.ts$/.test(basename(path)),
  );
  assert.deepEqual(
    vague.map(({ path }) => path),
    [],
  );
});

test('nothing is exported by default', () => {
  assert.deepEqual(linesLike(all, /^export default\b|\bas default\b/), []);
});

test('no rule of the linter or of the types is switched off but with a reason', () => {
  assert.deepEqual(linesLike(all, /@ts-(ignore|nocheck|expect-error)/).filter(withoutQuotes), []);
  assert.deepEqual(linesLike(all, /biome-ignore(?! \S+: \S+ \S+)/).filter(withoutQuotes), []);
});

/** This file names what it forbids. */
const withoutQuotes = (line: string): boolean => !line.startsWith('test/contract/files.test.ts:');

test('no test is skipped, left for later or run alone', () => {
  const pattern = /\b(test|describe|it)\.(skip|todo|only)\b|\b(skip|todo|only): true\b/;
  assert.deepEqual(linesLike(tests, pattern).filter(withoutQuotes), []);
});

test('time, chance and the environment come in from outside everywhere but where the parts are joined', () => {
  // Lines of the log have a time of their own.
  const joined = /^src\/(main|compose[a-z-]*|cli\/.*|demo\/.*|telemetry\/logger)(\.ts)?:/;
  const read = /\bDate\.now\(\)|\bnew Date\(\)|\bprocess\.env\b/;
  assert.deepEqual(
    linesLike(sources, read).filter((line) => !joined.test(line)),
    [],
  );
});
