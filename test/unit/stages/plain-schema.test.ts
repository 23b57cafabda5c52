/** What is taken for a JSON Schema without the schema of all schemas, held against that one. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { draft, isPlainSchema } from '../../../src/stages/plain-schema.ts';
import { root } from '../../support/source-files.ts';

const ajv = new Ajv2020({ strict: true, validateFormats: true });
addFormats.default(ajv);
ajv.addKeyword({ keyword: 'refusal', schemaType: 'string' });

/** Every keyword that the schema of all schemas knows, and `refusal`, which is ours. */
const keywords = async (): Promise<readonly string[]> => {
  const folder = join(root, 'node_modules/ajv/dist/refs/json-schema-2020-12/meta');
  const files = await Promise.all(
    (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')),
  );
  return [...files.flatMap((text) => Object.keys(JSON.parse(text).properties)), 'refusal'];
};

/** Values that are right for one keyword or another, and some that are right for none. */
const value = fc.oneof(
  fc.boolean(),
  fc.constant(null),
  fc.integer({ min: -2, max: 5 }),
  fc.double(),
  fc.constantFrom(
    'string',
    'array',
    'null',
    'strng',
    '^[a-z]*$',
    '(',
    '\\Z',
    '',
    'key.json',
    '#/$defs/a',
    'a b',
    '%',
    '::',
  ),
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'a./#$-'), maxLength: 6 }),
  fc.array(fc.constantFrom<unknown>('string', 'array', 'string', 'a', 1, null, true, {}), { maxLength: 3 }),
  fc.array(fc.object({ maxDepth: 1 }), { maxLength: 2 }),
);

test('nothing is taken for a schema that is none', async () => {
  const names = fc.constantFrom(...(await keywords()), 'propertees', '__proto__', 'toString');
  const { schema } = fc.letrec((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.boolean(),
      fc.dictionary(
        names,
        fc.oneof(
          value,
          tie('schema'),
          fc.array(tie('schema'), { maxLength: 3 }),
          fc.dictionary(fc.constantFrom('a', '^b', '(', '__proto__'), fc.oneof(tie('schema'), value), {
            maxKeys: 3,
          }),
        ),
        { maxKeys: 4 },
      ),
    ),
  }));
  let taken = 0;
  fc.assert(
    fc.property(schema, (candidate) => {
      if (!isPlainSchema(candidate)) return;
      taken += 1;
      assert.equal(ajv.validateSchema(candidate as object), true, ajv.errorsText());
    }),
    { numRuns: 5000 },
  );
  assert.ok(taken > 100, `only ${taken} of the candidates were taken`);
});

test('all keywords with a value that is right are taken, but for those that name addresses', async () => {
  const right: readonly unknown[] = ['string', true, 1, ['string'], {}, { a: ['string'] }, [true], draft];
  const left = (await keywords()).filter(
    (name) => !right.some((candidate) => isPlainSchema({ [name]: candidate })),
  );
  assert.deepEqual(left, ['$id', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary']);
});

test('the shipped schemas need nothing else', async () => {
  const folder = join(root, 'policies/schemas');
  for (const file of await readdir(folder))
    assert.equal(isPlainSchema(JSON.parse(await readFile(join(folder, file), 'utf8'))), true, file);
});
