import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type as TypeBox } from 'typebox';
import { Value } from 'typebox/value';
import { Type } from '../../../src/core/type.ts';

type Makers = typeof Type;

const samples: [name: string, make: (type: Makers) => object][] = [
  ['a text with bounds', (type) => type.String({ minLength: 1, pattern: '^a' })],
  ['a whole number with a default', (type) => type.Integer({ minimum: 1, default: 3 })],
  ['a number', (type) => type.Number()],
  ['a switch', (type) => type.Boolean({ default: false })],
  ['anything', (type) => type.Unknown()],
  ['a constant text', (type) => type.Literal('a', { description: 'One.' })],
  ['a constant number', (type) => type.Literal(4)],
  ['constants', (type) => type.Enum(['a', 'b'], { default: 'a' })],
  ['a choice', (type) => type.Union([type.Literal('a'), type.Number()], { description: 'Two.' })],
  ['a list', (type) => type.Array(type.String(), { minItems: 1 })],
  ['names of any kind', (type) => type.Record(type.String(), type.Integer(), { default: {} })],
  ['names of a pattern', (type) => type.Record(type.String({ pattern: '^[a-z]+$' }), type.Unknown())],
  [
    'a mapping with a member that may be left out',
    (type) =>
      type.Object({ a: type.Optional(type.String()), b: type.Number() }, { additionalProperties: false }),
  ],
  ['a mapping without needed members', (type) => type.Object({ a: type.Optional(type.String()) })],
  ['a schema as it stands', (type) => type.Unsafe<string>({ type: 'string', holds: 'secret' })],
];

for (const [name, make] of samples) {
  test(`our makers make what TypeBox makes: ${name}`, () => {
    assert.equal(JSON.stringify(make(Type)), JSON.stringify(make(TypeBox as unknown as Makers)));
  });
}

test("TypeBox's own tools take our schemas", () => {
  const schema = Type.Object({ a: Type.Integer({ default: 2 }), b: Type.Optional(Type.String()) });
  assert.deepEqual(Value.Default(schema, {}), { a: 2 });
  assert.equal(Value.Check(schema, { a: 'x' }), false);
});
