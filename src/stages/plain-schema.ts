import { isObject } from '../core/json.ts';

/** The only version of JSON Schema that policies are written in. */
export const draft = 'https://json-schema.org/draft/2020-12/schema';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isNumber: Check = (value) => Number.isFinite(value);
const isAboveZero: Check = (value) => Number.isFinite(value) && Number(value) > 0;
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isAnything: Check = () => true;

const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const isMapOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);

/** A list of texts, each once. */
const isNames: Check = (value) =>
  isListOf(isText)(value) && new Set(value as unknown[]).size === (value as unknown[]).length;

const types = new Set<unknown>(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);
const isType: Check = (value) =>
  types.has(value) ||
  (isNames(value) &&
    (value as unknown[]).length > 0 &&
    (value as unknown[]).every((type) => types.has(type)));

const isPattern: Check = (value) => {
  try {
    return typeof value === 'string' && new RegExp(value, 'u') !== undefined;
  } catch {
    return false;
  }
};

/** Only characters that mean nothing but themselves in an address. */
const isPlainReference: Check = (value) =>
  typeof value === 'string' && /^[\w./$-]*(#[\w./$-]*)?$/.test(value);

/**
 * Whether a value is a JSON Schema (2020-12), told without the schema of all schemas: compiling that one takes longer than
 * all schemas of a policy, a tenth of a start (docs/adr/013).
 *
 * @returns true only when it is one; false also for what is merely unusual here, which somebody else has to judge.
 */
export const isPlainSchema: Check = (value) =>
  typeof value === 'boolean' ||
  (isObject(value) && Object.entries(value).every(([name, of]) => checks.get(name)?.(of) === true));

const isSchemas: Check = (value) => isListOf(isPlainSchema)(value) && (value as unknown[]).length > 0;
const isSchemaMap = isMapOf(isPlainSchema);
const isPatternMap: Check = (value) => isSchemaMap(value) && Object.keys(value as object).every(isPattern);

const named = (check: Check, ...names: readonly string[]): [string, Check][] =>
  names.map((name) => [name, check]);

/** What the value of a keyword has to be (2020-12: core, applicator, validation, unevaluated, format, meta-data). */
const checks = new Map<string, Check>([
  ...named((value) => value === draft, '$schema'),
  ...named(isText, '$comment', 'title', 'description', 'format', 'refusal'),
  ...named(isText, 'contentEncoding', 'contentMediaType'),
  ...named(isPattern, 'pattern'),
  ...named(isPlainReference, '$ref'),
  ...named(isType, 'type'),
  ...named(isAnything, 'const', 'default'),
  ...named(isListOf(isAnything), 'enum', 'examples'),
  ...named(isNumber, 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'),
  ...named(isAboveZero, 'multipleOf'),
  ...named(isCount, 'minLength', 'maxLength', 'minItems', 'maxItems', 'minContains', 'maxContains'),
  ...named(isCount, 'minProperties', 'maxProperties'),
  ...named(isBoolean, 'uniqueItems', 'deprecated', 'readOnly', 'writeOnly'),
  ...named(isNames, 'required'),
  ...named(isMapOf(isNames), 'dependentRequired'),
  ...named(
    isPlainSchema,
    'items',
    'contentSchema',
    'contains',
    'additionalProperties',
    'propertyNames',
    'if',
    'then',
    'else',
    'not',
  ),
  ...named(isPlainSchema, 'unevaluatedItems', 'unevaluatedProperties'),
  ...named(isSchemas, 'prefixItems', 'allOf', 'anyOf', 'oneOf'),
  ...named(isSchemaMap, '$defs', 'properties', 'dependentSchemas'),
  ...named(isPatternMap, 'patternProperties'),
]);
