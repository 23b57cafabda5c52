import type { Type as TypeBox } from 'typebox';

export type { Static, TObject, TSchema, TUnsafe } from 'typebox';

type Options = Readonly<Record<string, unknown>>;
type Schema = Readonly<Record<string, unknown>>;

const optional = new WeakSet<object>();

/** A schema that knows its kind as TypeBox's own do, so that the library's tools take it too. */
const schema = (kind: string, keywords: Schema, options: Options = {}): Schema =>
  Object.defineProperty({ ...keywords, ...options }, '~kind', { value: kind, enumerable: false });

const typeOf = (value: unknown): string => typeof value;

const object = (properties: Readonly<Record<string, Schema>>, options?: Options): Schema => {
  const required = Object.keys(properties).filter((name) => !optional.has(properties[name] ?? {}));
  return schema('Object', { type: 'object', ...(required.length > 0 && { required }), properties }, options);
};

const asOptional = (inner: Schema): Schema => {
  const copy = schema(String(inner['~kind']), inner);
  optional.add(copy);
  return copy;
};

/**
 * The makers of schemas, with the types of TypeBox and without its code: a schema is a plain object, and loading the
 * library for it took a third of the start and twenty megabytes (docs/adr/011). Only what is used here is made.
 */
export const Type = {
  Object: object,
  Optional: asOptional,
  String: (options?: Options) => schema('String', { type: 'string' }, options),
  Integer: (options?: Options) => schema('Integer', { type: 'integer' }, options),
  Number: (options?: Options) => schema('Number', { type: 'number' }, options),
  Boolean: (options?: Options) => schema('Boolean', { type: 'boolean' }, options),
  Unknown: (options?: Options) => schema('Unknown', {}, options),
  Literal: (value: unknown, options?: Options) =>
    schema('Literal', { type: typeOf(value), const: value }, options),
  Enum: (values: readonly unknown[], options?: Options) => schema('Enum', { enum: values }, options),
  Union: (branches: readonly Schema[], options?: Options) => schema('Union', { anyOf: branches }, options),
  Array: (items: Schema, options?: Options) => schema('Array', { type: 'array', items }, options),
  /** Every name that the key's pattern allows leads to a value of one kind. */
  Record: (key: Schema, value: Schema, options?: Options) =>
    schema(
      'Record',
      { type: 'object', patternProperties: { [String(key['pattern'] ?? '^.*$')]: value } },
      options,
    ),
  /** The schema as it stands; what its type is, the caller says. */
  Unsafe: (keywords: Schema) => schema('Unsafe', keywords),
} as unknown as Pick<typeof TypeBox, Makers>;

type Makers =
  | 'Object'
  | 'Optional'
  | 'String'
  | 'Integer'
  | 'Number'
  | 'Boolean'
  | 'Unknown'
  | 'Literal'
  | 'Enum'
  | 'Union'
  | 'Array'
  | 'Record'
  | 'Unsafe';
