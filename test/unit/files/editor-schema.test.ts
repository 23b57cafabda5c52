import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { editorSchema, schemaText } from '../../../src/files/editor-schema.ts';

const schema = Type.Object(
  {
    given: Type.String({ description: 'Must be given.' }),
    filled: Type.Integer({ default: 1, description: 'Has a default.' }),
    worked: Type.String({ computed: 'When left out: given.', description: 'Is computed.' }),
    secret: Type.Unsafe<string>({
      type: 'string',
      holds: 'secret',
      expects: 'a secret',
      description: 'A secret.',
    }),
    byMethod: Type.Record(Type.Enum(['GET', 'PUT']), Type.Integer(), { description: 'By method.' }),
    nested: Type.Array(Type.Object({ x: Type.Boolean({ default: true, description: 'X.' }) }), {
      description: 'Nested.',
    }),
  },
  { description: 'All.' },
);

test('only what the writer must give is required', () => {
  assert.deepEqual(editorSchema(schema)['required'], ['given', 'secret', 'byMethod', 'nested']);
});

test('our own keywords stay out of a published schema, and a computed default is told in words', () => {
  const text = schemaText(editorSchema(schema));
  assert.doesNotMatch(text, /"(computed|holds|expects)"/);
  assert.match(text, /"Is computed\. When left out: given\."/);
});

test('unknown names are refused at every depth, as the loader does', () => {
  const { nested } = editorSchema(schema)['properties'] as Record<
    string,
    { items: { additionalProperties: boolean } }
  >;
  assert.equal(nested?.items.additionalProperties, false);
});

test('the names of a listed map get the description of the map', () => {
  const { byMethod } = editorSchema(schema)['properties'] as Record<string, { properties: unknown }>;
  assert.match(JSON.stringify(byMethod?.properties), /By method\..*By method\./);
});

test('the schema that the loader uses is not changed', () => {
  const before = JSON.stringify(schema);
  editorSchema(schema);
  assert.equal(JSON.stringify(schema), before);
});
