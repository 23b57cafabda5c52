import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TSchema, Type } from 'typebox';
import { shape } from '../../../src/files/shape.ts';

/** Each complaint as `path: sentence`; a `^` marks one that is about a name. */
const complaintsOf = (schema: TSchema, value: unknown): string[] =>
  shape(schema, value).complaints.map(
    ({ path, of, message }) => `${path.join('.')}${of === 'key' ? '^' : ''}: ${message}`,
  );

const schema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 5 }),
  id: Type.Optional(Type.String({ pattern: '^[a-z]+$', expects: 'lower-case letters' })),
  size: Type.Integer({ minimum: 1, maximum: 9, default: 3 }),
  ratio: Type.Optional(Type.Number({ minimum: 0 })),
  on: Type.Boolean({ default: true }),
  mode: Type.Enum(['enforce', 'flag', 'off'], { default: 'enforce' }),
  list: Type.Array(Type.String(), { default: [], maxItems: 2, uniqueItems: true }),
  part: Type.Object(
    { deep: Type.Object({ x: Type.Integer({ default: 1 }) }, { default: {} }) },
    { default: {} },
  ),
  map: Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.Integer(), {
    default: {},
    expects: 'lower-case letters',
  }),
  either: Type.Optional(Type.Union([Type.String(), Type.Array(Type.Integer())])),
});

test('defaults are filled in at every depth, and optional things stay away', () => {
  const { value, complaints } = shape(schema, { name: 'x' });
  assert.deepEqual(complaints, []);
  assert.equal(
    JSON.stringify(value),
    '{"name":"x","size":3,"on":true,"mode":"enforce","list":[],"part":{"deep":{"x":1}},"map":{}}',
  );
});

test('a default is a copy, so that changing one result changes no other', () => {
  const first = shape(schema, { name: 'x' }).value as { list: string[] };
  first.list.push('y');
  assert.deepEqual((shape(schema, { name: 'x' }).value as { list: string[] }).list, []);
});

test('the value given is not changed', () => {
  const given = Object.freeze({ name: 'x', part: Object.freeze({}) });
  assert.deepEqual(shape(schema, given).complaints, []);
});

const slips = [
  { name: 'a missing name', value: {}, says: ['name: "name" is missing.'] },
  {
    name: 'an unknown name',
    value: { name: 'x', siez: 2 },
    says: ['siez^: "siez" is not known; did you mean "size"?'],
  },
  {
    name: 'a misspelt name that is required is told once',
    value: { nmae: 'x' },
    says: ['nmae^: "nmae" is not known; did you mean "name"?'],
  },
  {
    name: 'a text for a number',
    value: { name: 'x', size: '4' },
    says: ['size: "size" must be a whole number, not a text; take the quotes off.'],
  },
  {
    name: 'a word for a number',
    value: { name: 'x', size: 'four' },
    says: ['size: "size" must be a whole number, not a text.'],
  },
  { name: 'a fraction', value: { name: 'x', size: 1.5 }, says: ['size: "size" must be a whole number.'] },
  { name: 'a number outside', value: { name: 'x', size: 10 }, says: ['size: "size" must be from 1 to 9.'] },
  { name: 'a number below', value: { name: 'x', ratio: -1 }, says: ['ratio: "ratio" must be at least 0.'] },
  {
    name: 'infinity',
    value: { name: 'x', ratio: Number.POSITIVE_INFINITY },
    says: ['ratio: "ratio" must be a finite number.'],
  },
  {
    name: 'a text for a boolean',
    value: { name: 'x', on: 'false' },
    says: ['on: "on" must be true or false, not a text; take the quotes off.'],
  },
  {
    name: 'a number for a text',
    value: { name: 5 },
    says: ['name: "name" must be a text, not a number; put it in quotes.'],
  },
  { name: 'an empty text', value: { name: '' }, says: ['name: "name" must not be empty.'] },
  { name: 'a long text', value: { name: 'abcdef' }, says: ['name: "name" must have at most 5 characters.'] },
  { name: 'a pattern', value: { name: 'x', id: 'A' }, says: ['id: "id" must be lower-case letters.'] },
  {
    name: 'a word near a choice',
    value: { name: 'x', mode: 'Flag' },
    says: ['mode: "mode" must be one of enforce, flag, off; did you mean "flag"?'],
  },
  {
    name: 'a boolean for a choice',
    value: { name: 'x', mode: false },
    says: ['mode: "mode" must be one of enforce, flag, off.'],
  },
  {
    name: 'nothing',
    value: { name: 'x', list: null },
    says: ['list: "list" has no value; it must be a list.'],
  },
  {
    name: 'a text for a list',
    value: { name: 'x', list: 'a' },
    says: ['list: "list" must be a list, not a text.'],
  },
  {
    name: 'an entry given twice',
    value: { name: 'x', list: ['a', 'a'] },
    says: ['list.1: This entry of "list" is in the list already.'],
  },
  {
    name: 'too many entries',
    value: { name: 'x', list: ['a', 'b', 'c'] },
    says: ['list: "list" must have at most 2 entries.'],
  },
  {
    name: 'a wrong entry',
    value: { name: 'x', list: [1] },
    says: ['list.0: This entry of "list" must be a text, not a number; put it in quotes.'],
  },
  {
    name: 'a list for a mapping',
    value: { name: 'x', part: [] },
    says: ['part: "part" must be a mapping, not a list.'],
  },
  {
    name: 'a wrong name in a map',
    value: { name: 'x', map: { A: 1 } },
    says: ['map.A^: "A" must be lower-case letters.'],
  },
  {
    name: 'a wrong value in a map',
    value: { name: 'x', map: { a: 'b' } },
    says: ['map.a: "a" must be a whole number, not a text.'],
  },
  {
    name: 'neither of two types',
    value: { name: 'x', either: true },
    says: ['either: "either" must be a text or a list, not true or false.'],
  },
  {
    name: 'several slips',
    value: { size: 0, foo: 1 },
    says: [
      'foo^: "foo" is not known; known are: name, id, size, ratio, on, mode, list, part, map, either.',
      'name: "name" is missing.',
      'size: "size" must be from 1 to 9.',
    ],
  },
  { name: 'no mapping at all', value: [], says: [': The file must be a mapping, not a list.'] },
];

for (const { name, value, says } of slips) {
  test(`told in a sentence: ${name}`, () => assert.deepEqual(complaintsOf(schema, value), says));
}

const byKind = Type.Union([
  Type.Object({ kind: Type.Literal('a'), x: Type.Integer({ default: 1 }) }),
  Type.Object({ kind: Type.Literal('b'), y: Type.String(), z: Type.Optional(Type.String()) }),
]);

test('of a union with kinds only the chosen one is spoken of, and its defaults are filled in', () => {
  assert.deepEqual({ ...(shape(byKind, { kind: 'a' }).value as object) }, { kind: 'a', x: 1 });
  assert.deepEqual(complaintsOf(byKind, { kind: 'b', x: 1 }), [
    'x^: "x" is not known (kind: b); known are: kind, y, z.',
    'y: "y" is missing (kind: b).',
  ]);
  assert.deepEqual(complaintsOf(byKind, { kind: 'b' }), ['y: "y" is missing (kind: b).']);
  assert.deepEqual(complaintsOf(byKind, { y: 'x' }), [': "kind" is missing; it must be one of a, b.']);
  assert.deepEqual(complaintsOf(byKind, { kind: 'c' }), ['kind: "kind" must be one of a, b.']);
  assert.deepEqual(complaintsOf(byKind, 5), [': The file must be a mapping, not a number.']);
});

const byNeed = Type.Object({
  match: Type.Union([
    Type.Object({ operations: Type.Array(Type.String()) }),
    Type.Object({ path: Type.String(), methods: Type.Array(Type.String(), { default: [] }) }),
  ]),
});

test('a union without kinds is told apart by what only one of its members needs', () => {
  assert.deepEqual(complaintsOf(byNeed, { match: { path: '/x' } }), []);
  assert.deepEqual(complaintsOf(byNeed, { match: {} }), ['match: "match" needs "operations" or "path".']);
  assert.deepEqual(complaintsOf(byNeed, { match: { operations: [], path: '/' } }), [
    'match: "match" can have only one of "operations" or "path".',
  ]);
  assert.deepEqual(complaintsOf(byNeed, { match: { pth: '/' } }), [
    'match.pth^: "pth" is not known in "match"; did you mean "path"?',
  ]);
  assert.deepEqual(complaintsOf(byNeed, { match: { operations: [], methods: [] } }), [
    'match.methods^: "methods" is not known in "match"; known are: operations.',
  ]);
});

test('a name that may be a misplaced secret is not repeated', () => {
  const said = complaintsOf(schema, { name: 'x', 'password hunter2': null, hunter2: null }).join();
  assert.ok(!said.includes(': "hunter2') && !said.includes('"password'), said);
  assert.match(said, /This name is not known/);
});

test('texts that stand for something are reported with their places', () => {
  const held = Type.Object({ list: Type.Array(Type.Unsafe<string>({ type: 'string', holds: 'secret' })) });
  assert.deepEqual(shape(held, { list: ['env:A'] }).marks, [
    { holds: 'secret', path: ['list', 0], value: 'env:A' },
  ]);
});

test('names of a prototype are names like any other', () => {
  assert.equal(complaintsOf(schema, { name: 'x', constructor: 1, toString: 2 }).length, 2);
  const map = shape(Type.Record(Type.String(), Type.Integer()), { constructor: 1 }).value;
  assert.equal(Object.getPrototypeOf(map), null);
});
