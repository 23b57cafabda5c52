import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isSafePattern } from 'redos-detector';
import { isObject, type JsonObject } from '../core/json.ts';

export type { ErrorObject, ValidateFunction } from 'ajv';

/** A schema that cannot be used: which file, and why. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** Milliseconds and score up to which a pattern is looked into; a pattern that needs more is refused. */
const patternBudget = { timeout: 500, maxScore: 200 } as const;

/**
 * Compiles schemas that may refer to each other by their path in the policy folder, e.g. `{"$ref": "/schemas/key.json"}`.
 *
 * The keyword `refusal` beside any other keyword is the sentence that a caller gets when that part fails.
 */
export class SchemaCompiler {
  readonly #ajv: Ajv2020;
  readonly #schemas: ReadonlyMap<string, JsonObject>;

  constructor(schemas: ReadonlyMap<string, JsonObject>) {
    this.#schemas = schemas;
    // All errors, because a person mends them all at once; the body is capped before it is judged.
    this.#ajv = new Ajv2020({
      strict: true,
      strictRequired: false,
      allErrors: true,
      verbose: true,
      validateFormats: true,
    });
    addFormats.default(this.#ajv);
    this.#ajv.addKeyword({ keyword: 'refusal', schemaType: 'string' });
    for (const [path, schema] of schemas) this.#ajv.addSchema(schema, idOf(path));
  }

  /** @throws SchemaError */
  compile(path: string): ValidateFunction {
    const schema = this.#schemas.get(path);
    if (schema === undefined) throw new SchemaError(`there is no schema file "${path}" in the policy folder`);
    const slow = slowPattern(schema);
    if (slow !== undefined) {
      throw new SchemaError(
        `${path}: the pattern ${JSON.stringify(slow)} can take very long on some texts; write it without nested or overlapping repetition`,
      );
    }
    try {
      const validate = this.#ajv.getSchema(idOf(path));
      if (validate === undefined) throw new Error('it was not registered');
      return validate as ValidateFunction;
    } catch (cause) {
      throw new SchemaError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

const idOf = (path: string): string => `/${path}`;

/** The first pattern in a schema that backtracks too much, in `pattern` or as a name in `patternProperties`. */
const slowPattern = (schema: unknown): string | undefined => {
  if (Array.isArray(schema)) return schema.map(slowPattern).find((found) => found !== undefined);
  if (!isObject(schema)) return undefined;
  const own = [
    ...(typeof schema['pattern'] === 'string' ? [schema['pattern']] : []),
    ...(isObject(schema['patternProperties']) ? Object.keys(schema['patternProperties']) : []),
  ];
  const slow = own.find((pattern) => !isSafePattern(pattern, { unicode: true, ...patternBudget }).safe);
  return (
    slow ??
    Object.values(schema)
      .map(slowPattern)
      .find((found) => found !== undefined)
  );
};

/** What `ajv` says of a value, after a validator has returned false. */
export const errorsOf = (validate: ValidateFunction): readonly ErrorObject[] => validate.errors ?? [];
