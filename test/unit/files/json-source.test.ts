import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../../src/files/json-source.ts';
import { printProblem } from '../../../src/files/problem.ts';

const problemOf = (text: string): string | undefined => parseJson('f', text).problems.map(printProblem)[0];

const broken = [
  {
    name: 'a name given twice',
    text: '{"a": 1,\n "a": 2}',
    says: 'f:2:2: The name "a" is given twice in this object.',
  },
  {
    name: 'a name given twice in another spelling',
    text: '{"a": 1, "\\u0061": 2}',
    says: 'f:1:10: The name "a" is given twice in this object.',
  },
  {
    name: 'the name __proto__',
    text: '{"__proto__": 1}',
    says: 'f:1:2: The name "__proto__" cannot be used.',
  },
  { name: 'a comma too many', text: '{"a": 1,}', says: 'f:1:9: A name in double quotes is expected here.' },
  { name: 'a comma missing', text: '[1 2]', says: 'f:1:4: A "," or "]" is expected here.' },
  { name: 'a colon missing', text: '{"a" 1}', says: 'f:1:6: A ":" is expected here.' },
  { name: 'a comment', text: '// x\n{}', says: 'f:1:1: A JSON value is expected here.' },
  { name: 'an early end', text: '{"a": ', says: 'f:1:7: The JSON text ends too early.' },
  {
    name: 'more behind the end',
    text: '{}\n{}',
    says: 'f:2:1: The JSON value ends before this; remove what follows.',
  },
  {
    name: 'a line break in a string',
    text: '"a\nb"',
    says: 'f:1:1: This string has no end, or holds a control character or a wrong escape.',
  },
  { name: 'a number with a leading zero', text: '[01]', says: 'f:1:3: A "," or "]" is expected here.' },
  { name: 'nothing', text: '', says: 'f:1:1: The JSON text ends too early.' },
];

for (const { name, text, says } of broken) {
  test(`refused with its place: ${name}`, () => assert.equal(problemOf(text), says));
}

test('a hundred thousand brackets are a problem, not a crash', () => {
  assert.match(problemOf('['.repeat(100_000)) ?? '', /nested too deeply/);
});

test('a string of a million characters without an end is refused at once', () => {
  assert.match(problemOf(`"${'x'.repeat(1_000_000)}`) ?? '', /^f:1:1: This string has no end/);
});

test('every JSON value is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value, null, 1);
      if (text.includes('"__proto__"')) return;
      assert.deepEqual(parseJson('f', text).source?.value, JSON.parse(text));
    }),
  );
});

test('a text is refused if JSON.parse refuses it', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '1',
    '-',
    '0',
    '.',
    'e',
    'true',
    'null',
    ' ',
    '\n',
    '"',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const { source, problems } = parseJson('f', text);
      assert.equal(source === undefined, problems.length === 1);
      if (source !== undefined) assert.deepEqual(source.value, JSON.parse(text));
      else if (!/twice/.test(problems[0]?.message ?? '')) assert.throws(() => JSON.parse(text), SyntaxError);
    }),
    { numRuns: 1000 },
  );
});
