import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/core/json.ts';
import { errorsOf, SchemaCompiler } from '../../../src/stages/schema-compiler.ts';
import { schemaMessage } from '../../../src/stages/schema-sentences.ts';

const compiler = (schemas: Record<string, JsonObject>) => SchemaCompiler.of(new Map(Object.entries(schemas)));

/** What a caller is told of a body; the empty string when it is right. */
const told = (schema: JsonObject, body: unknown): string => {
  const validate = compiler({ 'schemas/s.json': schema }).compile('schemas/s.json');
  return validate(body) ? '' : schemaMessage(errorsOf(validate));
};

for (const pattern of ['^(a+)+$', '^(a|a)*$', '(x*)*y']) {
  test(`a schema with the slow pattern ${pattern} is refused when it is loaded`, () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern } } };
    assert.throws(
      () => compiler({ 'schemas/s.json': schema }).compile('schemas/s.json'),
      /schemas\/s\.json: the pattern .* can take very long/,
    );
    const named = { type: 'object', patternProperties: { [pattern]: { type: 'string' } } };
    assert.throws(
      () => compiler({ 'schemas/s.json': named }).compile('schemas/s.json'),
      /can take very long/,
    );
  });
}

test('a slow or broken pattern is refused in a file that another schema refers to', () => {
  for (const [pattern, expected] of [
    ['^(a+)+$', /schemas\/key\.json: the pattern .* can take very long/],
    ['(', /schemas\/key\.json: the pattern "\(" is no regular expression/],
  ] as const) {
    const schemas = {
      'schemas/key.json': { type: 'string', pattern },
      'schemas/s.json': { type: 'object', propertyNames: { $ref: 'key.json' } },
    };
    assert.throws(() => compiler(schemas).compile('schemas/s.json'), expected);
  }
});

for (const [what, schema, expected] of [
  [
    'an unknown type',
    { properties: { a: { type: 'strng' } } },
    /schemas\/s\.json: it is no JSON Schema: \/properties\/a\/type must be equal to one of the allowed values: array, /,
  ],
  [
    'the name of another draft',
    { $schema: 'http://json-schema.org/draft-07/schema#' },
    /schemas\/s\.json: "\$schema" is "http:\/\/json-schema.org\/draft-07\/schema#", which is not known here; write "https/,
  ],
  [
    'a pattern that is none',
    { type: 'string', pattern: '(' },
    /schemas\/s\.json: the pattern "\(" is no regular expression: Invalid regular expression/,
  ],
  ['an unknown keyword', { type: 'object', propertees: {} }, /unknown keyword: "propertees"/],
  ['an unknown format', { type: 'string', format: 'hexagon' }, /unknown format "hexagon"/],
  ['a reference to a file that is not there', { $ref: 'nowhere.json' }, /nowhere\.json/],
] as const) {
  test(`a schema with ${what} is refused when it is loaded`, () => {
    assert.throws(() => compiler({ 'schemas/s.json': schema }).compile('schemas/s.json'), expected);
  });
}

test('a schema file that is not there is named', () => {
  assert.throws(() => compiler({}).compile('schemas/s.json'), /no schema file "schemas\/s\.json"/);
});

test('schemas refer to each other by file name', () => {
  const schemas = {
    'schemas/key.json': { type: 'string', maxLength: 3 },
    'schemas/s.json': { type: 'object', additionalProperties: { $ref: 'key.json' } },
  };
  const validate = compiler(schemas).compile('schemas/s.json');
  assert.equal(validate({ a: 'abc' }), true);
  assert.equal(validate({ a: 'abcd' }), false);
});

test('errors are sentences with pointers, in the words of the schema where it has some', () => {
  const schema = {
    type: 'object',
    properties: {
      size: { not: {}, refusal: 'this is an attribute.' },
      name: { type: 'string', maxLength: 3 },
    },
    additionalProperties: false,
    required: ['name'],
  };
  assert.equal(told(schema, { name: 'abc' }), '');
  assert.equal(told(schema, { name: 'abcd' }), '/name must be at most 3 characters long.');
  assert.equal(told(schema, { name: 'a', size: 1 }), '/size: this is an attribute.');
  assert.equal(
    told(schema, { nmae: 'a' }),
    'The body lacks "name". The body has the member "nmae", which is not known; did you mean "name"?',
  );
  assert.equal(told(schema, []), 'The body must be an object.');
});

test('five errors are told at most, and long names and values are not repeated', () => {
  const schema = { type: 'object', additionalProperties: { type: 'string', maxLength: 2 } };
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`key${index}`, 'abc']));
  assert.match(told(schema, many), /And 4 more\.$/);
  const long = told(schema, { ['k'.repeat(5000)]: 'secret-value' });
  assert.ok(long.length < 200);
  assert.ok(!long.includes('secret-value'));
});
