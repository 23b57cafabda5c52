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

/** Paths of properties that may be left out, and do not say what is so then. */
const untold = (schema: unknown, path = ''): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, required = [] } = schema as {
    readonly properties?: Readonly<
      Record<string, { readonly default?: unknown; readonly description?: string }>
    >;
    readonly required?: readonly string[];
  };
  const own = Object.entries(properties ?? {})
    .filter(([name, its]) => !required.includes(name) && its.default === undefined)
    // What options a stage has depends on its name; that it may have none stands above the choice.
    .filter(([name]) => !(name === 'with' && path.endsWith('/then')))
    .filter(([, { description = '' }]) => !toldInWords.test(description))
    .map(([name]) => `${path}/${name}`);
  const parts = Object.entries(schema).filter(([name]) => name !== 'if');
  return [...own, ...parts.flatMap(([name, part]) => untold(part, `${path}/${name}`))];
};
/** Where there is no value that could stand for nothing. */
const toldInWords =
  /left out|[Ww]ithout|the default|takes one|or give its id|required unless|instead of|needs none|belongs to|Points of one request/;

for (const name of ['gateway', 'policy', 'tokens'] as const)
  test(`every property in ${name}.schema.json that may be left out has a default, or says what is so then`, () =>
    assert.deepEqual(untold(published[`${name}.schema.json`]), []));

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
