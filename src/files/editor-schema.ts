import type { TSchema } from '../core/type.ts';
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
    converted['properties'] = convertAll(described(schema.properties, schema.description));
    // The loader refuses unknown names everywhere, unless a schema says otherwise.
    converted['additionalProperties'] ??= false;
    const required = needed(schema);
    if (required.length > 0) converted['required'] = required;
  }
  if (schema.patternProperties !== undefined) {
    converted['patternProperties'] = convertAll(schema.patternProperties);
    converted['additionalProperties'] ??= false;
  }
  if (typeof schema.additionalProperties === 'object')
    converted['additionalProperties'] = convert(schema.additionalProperties);
  if (schema.anyOf !== undefined) converted['anyOf'] = schema.anyOf.map(convert);
  if (Array.isArray(schema.items)) converted['items'] = schema.items.map(convert);
  else if (schema.items !== undefined) converted['items'] = convert(schema.items as Keywords);
  return converted;
};

/** A map whose names are listed: TypeBox makes an object of it, and only the map as a whole has a description. */
const described = (
  properties: Readonly<Record<string, Keywords>>,
  description: string | undefined,
): Readonly<Record<string, Keywords>> => {
  const entries = Object.entries(properties);
  if (description === undefined || entries.some(([, property]) => property.description !== undefined))
    return properties;
  return Object.fromEntries(entries.map(([name, property]) => [name, { ...property, description }]));
};

const convertAll = (schemas: Readonly<Record<string, Keywords>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, convert(schema)]));

/** The text of a published schema: what the `schemas` command writes and its test compares. */
export const schemaText = (schema: Record<string, unknown>): string => `${JSON.stringify(schema, null, 2)}\n`;
