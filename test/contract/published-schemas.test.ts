import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { casesJsonSchema } from '../../src/cases/json-schema.ts';
import { configJsonSchema, tokensJsonSchema } from '../../src/config/json-schema.ts';
import { decisionSchema } from '../../src/core/decision.ts';
import { draft, editorSchema, schemaText } from '../../src/files/editor-schema.ts';
import { operations } from '../../src/operations/index.ts';
import { policyJsonSchema } from '../../src/policy/json-schema.ts';
import { stages } from '../../src/stages/index.ts';

const published = {
  'cases.schema.json': casesJsonSchema(),
  'decision.schema.json': { ...draft, ...editorSchema(decisionSchema) },
  'gateway.schema.json': configJsonSchema(),
  'policy.schema.json': policyJsonSchema(stages, operations),
  'tokens.schema.json': tokensJsonSchema(),
};

/** Paths of properties that have no description. */
const undescribed = (schema: unknown, path = ''): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const found: string[] = [];
  for (const [name, part] of Object.entries(schema)) {
    // Inside `if` stands only what tells the branches apart.
    if (name === 'if') continue;
    if (name === 'properties' && 'type' in schema && typeof part === 'object' && part !== null) {
      for (const [property, its] of Object.entries(part as Record<string, { description?: unknown }>))
        if (typeof its.description !== 'string' || its.description === '') found.push(`${path}/${property}`);
    }
    found.push(...undescribed(part, `${path}/${name}`));
  }
  return found;
};

for (const [name, schema] of Object.entries(published)) {
  test(`docs/schemas/${name} is what the loader checks today`, async () => {
    const text = await readFile(new URL(`../../docs/schemas/${name}`, import.meta.url), 'utf8');
    assert.ok(
      text === schemaText(schema),
      'It is out of date: run `npm run schemas` and commit what changes.',
    );
  });

  test(`every property in ${name} has a description`, () => assert.deepEqual(undescribed(schema), []));

  test(`${name} is a valid JSON Schema`, () => {
    new Ajv({ strict: true, strictRequired: false, strictTypes: false }).compile(schema);
  });
}
