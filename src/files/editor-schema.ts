import type { TSchema } from 'typebox';
import { type Keywords, needed } from './keywords.ts';

/**
 * A schema as editors want it (draft-07, which yaml-language-server knows best): what the loader fills in by itself is
 * not required, and our own keywords are told in the description instead.
 */
export const editorSchema = (schema: TSchema): Record<string, unknown> => convert(schema as Keywords);

/** What every published schema begins with. */
export const draft = { $schema: 'http://json-schema.org/draft-07/schema#' } as const;

const convert = (schema: Keywords): Record<string, unknown> => {
  const { computed, holds: _holds, expects: _expects, required: _required, ...rest } = schema;
  const converted: Record<string, unknown> = { ...rest };
  if (schema.description !== undefined && computed !== undefined)
    converted['description'] = `${schema.description} ${computed}`;
  if (schema.properties !== undefined) {
    converted['properties'] = convertAll(schema.properties);
    // The loader refuses unknown names everywhere, unless a schema says otherwise.
    converted['additionalProperties'] ??= false;
    const required = needed(schema);
    if (required.length > 0) converted['required'] = required;
  }
  if (schema.patternProperties !== undefined)
    converted['patternProperties'] = convertAll(schema.patternProperties);
  if (typeof schema.additionalProperties === 'object')
    converted['additionalProperties'] = convert(schema.additionalProperties);
  if (schema.anyOf !== undefined) converted['anyOf'] = schema.anyOf.map(convert);
  if (Array.isArray(schema.items)) converted['items'] = schema.items.map(convert);
  else if (schema.items !== undefined) converted['items'] = convert(schema.items as Keywords);
  return converted;
};

const convertAll = (schemas: Readonly<Record<string, Keywords>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, convert(schema)]));
