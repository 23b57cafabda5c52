import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printProblem } from '../../../src/files/problem.ts';
import { parseYaml } from '../../../src/files/yaml-source.ts';

const problemsOf = (text: string): string[] => parseYaml('f', text).problems.map(printProblem);

/** A value without the null prototypes that the reader gives its mappings. */
const readAs = (text: string): unknown => JSON.parse(JSON.stringify(parseYaml('f', text).source?.value));

test('words that only YAML 1.1 takes for numbers or booleans stay texts', () => {
  assert.deepEqual(readAs('a: [yes, no, on, off, 1_000, 12:30, 2026-01-01, 010]'), {
    a: ['yes', 'no', 'on', 'off', '1_000', '12:30', '2026-01-01', 10],
  });
});

test('mappings have no prototype, so that a name like toString is only a name', () => {
  const value = parseYaml('f', 'toString: 1').source?.value;
  assert.equal(Object.getPrototypeOf(value), null);
});

test('a byte order mark and Windows line ends do not shift places', () => {
  const source = parseYaml('f', '\uFEFFa: 1\r\nb: 2\r\n').source;
  assert.deepEqual(source?.place(['b']), { file: 'f', line: 2, column: 4 });
});

test('every part has a place, and a part that is not there has the place where it belongs', () => {
  const source = parseYaml('f', 'a:\n  - b: 1\n    c: {d: x}\ne:\n').source;
  const place = (path: (string | number)[], of?: 'key') => {
    const { line, column } = source?.place(path, of) ?? { line: 0, column: 0 };
    return `${line}:${column}`;
  };
  assert.equal(place([]), '1:1');
  assert.equal(place(['a']), '2:3');
  assert.equal(place(['a'], 'key'), '1:1');
  assert.equal(place(['a', 0]), '2:5');
  assert.equal(place(['a', 0, 'c', 'd']), '3:12');
  assert.equal(place(['a', 0, 'c', 'd'], 'key'), '3:9');
  assert.equal(place(['a', 0, 'missing']), '2:5');
  assert.equal(place(['a', 7]), '2:3');
  assert.equal(place(['a', 0, 'b', 'deeper']), '2:8');
});

const broken = [
  {
    name: 'a name given twice',
    text: 'a: 1\nb: 2\na: 3\n',
    says: ['f:3:1: "a" is given twice in this mapping.'],
  },
  {
    name: 'a name given twice in a flow mapping, once in quotes',
    text: '{ a: 1, "a": 2 }',
    says: ['f:1:9: "a" is given twice in this mapping.'],
  },
  {
    name: 'an alias',
    text: 'a: &x [1]\nb: *x\n',
    says: ['f:2:4: Aliases (*name) are not read; write the value out.'],
  },
  {
    name: 'a merge key',
    text: 'a: {b: 1}\n<<: {c: 1}\n',
    says: ['f:2:1: Merge keys ("<<") are not read; write the values out.'],
  },
  { name: 'a number as a name', text: '1: x', says: ['f:1:1: A name must be a text; put it in quotes.'] },
  {
    name: 'a list as a name',
    text: '? [a]\n: x\n',
    says: ['f:1:3: A name must be a text; put it in quotes.'],
  },
  {
    name: 'the name __proto__',
    text: '__proto__: {admin: true}',
    says: ['f:1:1: The name "__proto__" cannot be used.'],
  },
  {
    name: 'two documents',
    text: 'a: 1\n---\nb: 2\n',
    says: ['f:2:1: A file holds one document; move what follows "---" to a file of its own.'],
  },
  {
    name: 'YAML 1.1',
    text: '%YAML 1.1\n---\na: on\n',
    says: ['f:1:1: Only YAML 1.2 is read; remove the %YAML line.'],
  },
  {
    name: 'a tag of our own',
    text: 'a: !env HOME',
    says: ['f:1:4: This tag or number form is not part of YAML 1.2 core; write the plain value.'],
  },
  { name: 'nothing', text: '', says: ['f:1:1: The file is empty.'] },
  { name: 'only a comment', text: '# nothing\n', says: ['f:1:1: The file is empty.'] },
  {
    name: 'a tab',
    text: 'a:\n\tb: 1\n',
    says: ['f:2:1: Tabs cannot indent YAML; use spaces.'],
  },
  {
    name: 'an open quote',
    text: 'a: "b\n',
    says: [
      'f:2:1: A character is missing here: ":" after a name, "," or a closing bracket, or a closing quote.',
    ],
  },
  {
    name: 'two mappings on a line',
    text: 'a: b: c\n',
    says: ['f:1:4: A mapping cannot begin here; is the next line indented too far, or are quotes missing?'],
  },
];

for (const { name, text, says } of broken) {
  test(`refused with its place: ${name}`, () => assert.deepEqual(problemsOf(text), says));
}

test('a hundred thousand brackets are a problem, not a crash', () => {
  for (const text of [
    '['.repeat(100_000),
    '{a: '.repeat(100_000),
    '- '.repeat(100_000),
    `${'['.repeat(70)}${']'.repeat(70)}`,
  ]) {
    assert.match(problemsOf(text)[0] ?? '', /nested too deeply/);
  }
});

test('a mapping of fifty thousand names is read in no more than linear time', () => {
  const text = Array.from({ length: 50_000 }, (_, index) => `n${index}: 1`).join('\n');
  assert.deepEqual(problemsOf(`${text}\nn7: 2\n`), ['f:50001:1: This name is given twice in this mapping.']);
});

test('no message repeats a text that may be a secret', () => {
  for (const text of [
    'a: *hunter2',
    'a: !hunter2 x',
    'a: "\\hunter2"',
    'a: {b, hunter2: c: d}',
    'a: @hunter2',
    'hunter2: 1\nhunter2: 2',
  ]) {
    const said = problemsOf(text).join('\n');
    assert.notEqual(said, '');
    assert.ok(!said.includes('hunter2'), said);
  }
});

test('whatever text is given, the answer is a value or problems inside the text', () => {
  const piece = fc.constantFrom(
    ' ',
    '\n',
    '- ',
    ': ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '#',
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '%',
    '?',
    'a',
    '\t',
    '\r',
    ',',
    '---\n',
    '\u{1F600}',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
      ),
      (text) => {
        const { source, problems } = parseYaml('f', text);
        assert.ok(source !== undefined || problems.length > 0);
        const lines = text.split('\n');
        for (const { place } of problems) {
          assert.ok(place.line >= 1 && place.line <= lines.length);
          assert.ok(place.column >= 1 && place.column <= (lines[place.line - 1]?.length ?? 0) + 1);
        }
      },
    ),
    { numRuns: 500 },
  );
});
