import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { editYaml, type YamlEdit } from '../../../src/files/yaml-edit.ts';
import { parseYaml } from '../../../src/files/yaml-source.ts';

const edit = (text: string, path: YamlEdit['path'], value?: unknown): string =>
  editYaml(text, [{ path, value }]);

const rows: readonly (readonly [
  name: string,
  before: string,
  path: YamlEdit['path'],
  value: unknown,
  after: string,
])[] = [
  ['a number', 'a:   1  # one\nb: 2\n', ['a'], 3, 'a:   3  # one\nb: 2\n'],
  ['a text keeps its quotes', "a: 'x' # y\n", ['a'], 'it is', "a: 'it is' # y\n"],
  ['a text that would be a number gets quotes', 'a: x\n', ['a'], '12', 'a: "12"\n'],
  ['a comma between brackets gets quotes', '{ a: x, b: y }\n', ['a'], 'p, q', '{ a: "p, q", b: y }\n'],
  ['a text of several lines', 'a: |\n  x\n  y\n# c\nb: 1\n', ['a'], 'p\nq', 'a: "p\\nq"\n# c\nb: 1\n'],
  ['a list between brackets', 'a: [x, "y"] # c\n', ['a'], ['z'], 'a: [z] # c\n'],
  [
    'a list of lines',
    'a:\n  - x # 1\n  - y # 2\n# c\nb: 1\n',
    ['a'],
    ['p', 'q'],
    'a:\n  - p\n  - q # 2\n# c\nb: 1\n',
  ],
  ['a list of lines that becomes empty', 'a:\n  - x\nb: 1\n', ['a'], [], 'a: []\nb: 1\n'],
  ['a mapping of lines', 'a:\n  x:\n    y: 1\nb: 1\n', ['a', 'x'], { z: [1] }, 'a:\n  x: { z: [1] }\nb: 1\n'],
  ['the first of a flow mapping goes', '{ a: 1, b: 2 }\n', ['a'], undefined, '{ b: 2 }\n'],
  ['the last of a flow mapping goes', '{ a: 1, b: 2 }\n', ['b'], undefined, '{ a: 1 }\n'],
  ['a comment between brackets stays', '{ a: 1, # c\n  b: 2 }\n', ['a'], undefined, '{ # c\n  b: 2 }\n'],
  ['a line goes with its comment', 'a: 1 # c\nb: 2 # d\n', ['a'], undefined, 'b: 2 # d\n'],
  [
    'lines go with what stands below them',
    'a:\n  - x\n  - y\n\n# c\nb: 2\n',
    ['a'],
    undefined,
    '\n# c\nb: 2\n',
  ],
  ['the last line goes without a line end', 'a: 1\nb: 2', ['b'], undefined, 'a: 1\n'],
  ['a name is new in lines', 'l:\n  - b: 2\n', ['l', 0, 'a'], 'x', 'l:\n  - a: x\n    b: 2\n'],
  ['a name is new between brackets', 'l: {b: 2}\n', ['l', 'a'], 'x', 'l: {a: x, b: 2}\n'],
  ['a name is new in an empty mapping', 'l: {} # c\n', ['l', 'a'], 'x', 'l: { a: x } # c\n'],
  ['line ends of Windows', 'l:\r\n  b: 2\r\n', ['l', 'a'], 'x', 'l:\r\n  a: x\r\n  b: 2\r\n'],
  ['a place that is not there', 'a: 1\n', ['x', 'y'], 2, 'a: 1\n'],
];

describe('an edit changes its place and no other byte', () => {
  for (const [name, before, path, value, after] of rows)
    test(name, () => assert.equal(edit(before, path, value), after));
});

const name = fc.stringMatching(/^[a-z]{1,8}$/);
const leaf = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 3 }),
);
const inner = fc.dictionary(name, leaf, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
const mapping = fc.dictionary(name, fc.oneof(leaf, inner), { minKeys: 2, maxKeys: 5, noNullPrototype: true });
const style = fc.record({
  collectionStyle: fc.constantFrom('block', 'flow', 'any'),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL'),
  indent: fc.integer({ min: 1, max: 4 }),
  lineWidth: fc.constantFrom(0, 30),
});
const plain = (text: string): unknown => JSON.parse(JSON.stringify(parseYaml('f', text).source?.value));

test('whatever the style of a text, an edited one has the new value, and all others as they were', () => {
  fc.assert(
    fc.property(mapping, style, fc.option(leaf, { nil: undefined }), fc.nat(), (value, how, next, pick) => {
      const names = Object.keys(value);
      const chosen = names[pick % names.length] ?? '';
      const text = stringify({ cases: [{ expect: value }] }, how as never);
      // As the text says it: the library writes a block of blanks alone so that it reads as an empty text, and breaks some
      // long texts of characters beyond U+FFFF into what is no YAML (yaml 2.9.1, `foldFlowLines`).
      fc.pre(parseYaml('f', text).source !== undefined);
      const before = plain(text) as { cases: [{ expect: typeof value }] };
      const { [chosen]: _gone, ...others } = before.cases[0].expect;
      const wanted = next === undefined ? others : { ...others, [chosen]: next };
      assert.deepEqual(
        plain(edit(text, ['cases', 0, 'expect', chosen], next)),
        { cases: [{ expect: wanted }] },
        text,
      );
    }),
    { numRuns: 500 },
  );
});

test('edits of several places are made at once', () => {
  const text = 'l:\n  - { a: 1 } # x\n  - b: 2\n';
  const edits = [
    { path: ['l', 0, 'a'], value: 5 },
    { path: ['l', 1, 'b'], value: 6 },
  ];
  assert.equal(editYaml(text, edits), 'l:\n  - { a: 5 } # x\n  - b: 6\n');
});
