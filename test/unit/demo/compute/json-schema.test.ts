import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { schemaError } from '../../../../src/demo/compute/json-schema.ts';
import { metaBody, metadataBody } from '../../../../src/demo/compute/schemas.ts';

test('good metadata has no error', () => {
  const key = fc.stringMatching(/^[a-zA-Z0-9\-_:. ]{1,255}$/);
  const value = fc.string({ maxLength: 255 });
  fc.assert(
    fc.property(fc.dictionary(key, value), (metadata) => {
      assert.equal(schemaError(metadataBody, { metadata }), undefined);
    }),
  );
});

test('any JSON is judged without an exception', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      const error = schemaError(metadataBody, body);
      assert.ok(error === undefined || error.length > 0);
    }),
  );
});

test('several unknown members are named together', () => {
  assert.equal(
    schemaError(metadataBody, { metadata: {}, x: 1, y: 2 }),
    "Additional properties are not allowed ('x', 'y' were unexpected)",
  );
});

test('one key, no more and no fewer', () => {
  assert.equal(schemaError(metaBody, { meta: { a: 'b' } }), undefined);
  assert.match(schemaError(metaBody, { meta: {} }) ?? '', /does not have enough properties$/);
});

test('members with the names of prototypes are ordinary', () => {
  assert.equal(
    schemaError(metadataBody, JSON.parse('{"metadata":{"constructor":"x","__proto__":"y"}}')),
    undefined,
  );
  assert.match(schemaError(metadataBody, { toString: 1 }) ?? '', /required property/);
});
