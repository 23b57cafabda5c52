import { isObject } from '../plain-json.ts';
import { pythonRepr, pythonStr } from '../python-text.ts';

/** The keywords of JSON Schema that Nova's schemas use here. The order of the members is the order of the checks. */
export interface Schema {
  readonly type?: 'object' | 'string' | 'integer' | 'null' | 'array' | readonly string[];
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: { readonly pattern: RegExp; readonly source: string; readonly schema: Schema };
  readonly required?: readonly string[];
  /** `false`: nothing but what `properties` or `patternProperties` name. */
  readonly additionalProperties?: false;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

interface Failure {
  readonly path: readonly string[];
  readonly instance: unknown;
  readonly message: string;
}

const hasType = (value: unknown, type: string): boolean => {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null || value === undefined;
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
};

const unexpected = (schema: Schema, value: Record<string, unknown>): string | undefined => {
  const names = Object.keys(value).filter(
    (name) => !Object.hasOwn(schema.properties ?? {}, name) && !schema.patternProperties?.pattern.test(name),
  );
  if (names.length === 0) return undefined;
  const quoted = names.map(pythonRepr).join(', ');
  return schema.patternProperties
    ? `${quoted} ${names.length > 1 ? 'do' : 'does'} not match any of the regexes: '${schema.patternProperties.source}'`
    : `Additional properties are not allowed (${quoted} ${names.length > 1 ? 'were' : 'was'} unexpected)`;
};

const firstOf = (
  members: Iterable<readonly [string, unknown]>,
  schemaOf: (name: string) => Schema | undefined,
  path: readonly string[],
): Failure | undefined => {
  for (const [name, member] of members) {
    const schema = schemaOf(name);
    const failure = schema && firstFailure(schema, member, [...path, name]);
    if (failure) return failure;
  }
  return undefined;
};

const size = (value: unknown): number => (isObject(value) ? Object.keys(value).length : 0);

/** The first failure in the order in which the `jsonschema` package reports them; messages are its own. */
const firstFailure = (schema: Schema, value: unknown, path: readonly string[]): Failure | undefined => {
  const fail = (message: string): Failure => ({ path, instance: value, message });
  for (const keyword of Object.keys(schema) as (keyof Schema)[]) {
    let found: Failure | undefined;
    if (keyword === 'type') {
      const types = [schema.type ?? []].flat();
      if (!types.some((type) => hasType(value, type))) {
        found = fail(`${pythonRepr(value)} is not of type ${types.map((type) => `'${type}'`).join(', ')}`);
      }
    } else if (keyword === 'enum' && !schema.enum?.includes(value as string)) {
      found = fail(`${pythonRepr(value)} is not one of ${pythonRepr(schema.enum)}`);
    } else if (keyword === 'maxLength' && typeof value === 'string') {
      if ([...value].length > (schema.maxLength ?? 0)) found = fail(`${pythonRepr(value)} is too long`);
    } else if (keyword === 'minLength' && typeof value === 'string') {
      if ([...value].length < (schema.minLength ?? 0)) found = fail(`${pythonRepr(value)} is too short`);
    } else if (keyword === 'minProperties' && size(value) < (schema.minProperties ?? 0)) {
      found = fail(`${pythonRepr(value)} does not have enough properties`);
    } else if (keyword === 'maxProperties' && size(value) > (schema.maxProperties ?? 0)) {
      found = fail(`${pythonRepr(value)} has too many properties`);
    } else if (isObject(value)) found = memberFailure(schema, keyword, value, path, fail);
    if (found) return found;
  }
  return undefined;
};

const memberFailure = (
  schema: Schema,
  keyword: keyof Schema,
  value: Record<string, unknown>,
  path: readonly string[],
  fail: (message: string) => Failure,
): Failure | undefined => {
  if (keyword === 'properties') {
    const present = Object.keys(schema.properties ?? {}).filter((name) => Object.hasOwn(value, name));
    const members = present.map((name) => [name, value[name]] as const);
    return firstOf(members, (name) => schema.properties?.[name], path);
  }
  if (keyword === 'patternProperties') {
    const rule = schema.patternProperties;
    return firstOf(
      Object.entries(value),
      (name) => (rule?.pattern.test(name) ? rule.schema : undefined),
      path,
    );
  }
  if (keyword === 'required') {
    const absent = schema.required?.find((name) => !Object.hasOwn(value, name));
    return absent === undefined ? undefined : fail(`${pythonRepr(absent)} is a required property`);
  }
  const message = keyword === 'additionalProperties' ? unexpected(schema, value) : undefined;
  return message === undefined ? undefined : fail(message);
};

/** Nova's sentence on the first thing wrong with a body (nova/api/validation/validators.py), or `undefined`. */
export const schemaError = (schema: Schema, value: unknown): string | undefined => {
  const failure = firstFailure(schema, value, []);
  if (!failure) return undefined;
  const field = failure.path.at(-1);
  if (field === undefined) return failure.message;
  return `Invalid input for field/attribute ${field}. Value: ${pythonStr(failure.instance)}. ${failure.message}`;
};
