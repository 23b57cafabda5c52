import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isSafePattern } from 'redos-detector';
import { isObject, type JsonObject } from '../core/json.ts';
import { draft, isPlainSchema } from './plain-schema.ts';

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
  static readonly #made = new WeakMap<ReadonlyMap<string, JsonObject>, SchemaCompiler>();
  readonly #ajv: Ajv2020;
  readonly #schemas: ReadonlyMap<string, JsonObject>;
  readonly #compiled = new Map<string, ValidateFunction>();

  /**
   * The compiler of these schemas, the same for all who ask: once for a policy is enough, not for each route and each
   * rehearsal.
   *
   * @throws SchemaError
   */
  static of(schemas: ReadonlyMap<string, JsonObject>): SchemaCompiler {
    const made = SchemaCompiler.#made.get(schemas) ?? new SchemaCompiler(schemas);
    SchemaCompiler.#made.set(schemas, made);
    return made;
  }

  /** @throws SchemaError */
  private constructor(schemas: ReadonlyMap<string, JsonObject>) {
    this.#schemas = schemas;
    // All errors, because a person mends them all at once; the body is capped before it is judged.
    this.#ajv = new Ajv2020({
      strict: true,
      strictRequired: false,
      allErrors: true,
      verbose: true,
      validateFormats: true,
      // We ask ourselves, to say in which file it is.
      validateSchema: false,
    });
    addFormats.default(this.#ajv);
    this.#ajv.addKeyword({ keyword: 'refusal', schemaType: 'string' });
    for (const [path, schema] of schemas) this.#add(path, schema);
  }

  /** @throws SchemaError */
  compile(path: string): ValidateFunction {
    const compiled = this.#compiled.get(path) ?? this.#compile(path);
    this.#compiled.set(path, compiled);
    return compiled;
  }

  #add(path: string, schema: JsonObject): void {
    const { $schema } = schema;
    if ($schema !== undefined && $schema !== draft) {
      throw new SchemaError(
        `${path}: "$schema" is ${JSON.stringify($schema)}, which is not known here; write "${draft}"`,
      );
    }
    if (!isPlainSchema(schema) && this.#ajv.validateSchema(schema) !== true) {
      throw new SchemaError(`${path}: it is no JSON Schema: ${wrongKeyword(this.#ajv.errors ?? [])}`);
    }
    // Of every file: one that is compiled may refer to any other.
    const fault = firstFault(patternsOf(schema));
    if (fault !== undefined) throw new SchemaError(`${path}: ${fault}`);
    try {
      this.#ajv.addSchema(schema, idOf(path));
    } catch (cause) {
      throw schemaError(path, cause);
    }
  }

  #compile(path: string): ValidateFunction {
    if (!this.#schemas.has(path))
      throw new SchemaError(`there is no schema file "${path}" in the policy folder`);
    try {
      const validate = this.#ajv.getSchema(idOf(path));
      if (validate === undefined) throw new Error('it was not registered');
      return validate as ValidateFunction;
    } catch (cause) {
      throw schemaError(path, cause);
    }
  }
}

const schemaError = (path: string, cause: unknown): SchemaError =>
  new SchemaError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });

/** The first error is the nearest: those that follow only say which parts of the schema of schemas hold it. */
const wrongKeyword = ([first]: readonly ErrorObject[]): string => {
  const allowed: unknown = first?.params['allowedValues'];
  const choice = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return `${first?.instancePath || '/'} ${first?.message}${choice}`;
};

const idOf = (path: string): string => `/${path}`;

/** All patterns in a schema: of `pattern`, and the names in `patternProperties`. */
const patternsOf = (schema: unknown): string[] => {
  if (Array.isArray(schema)) return schema.flatMap(patternsOf);
  if (!isObject(schema)) return [];
  const { pattern, patternProperties } = schema;
  return [
    ...(typeof pattern === 'string' ? [pattern] : []),
    ...(isObject(patternProperties) ? Object.keys(patternProperties) : []),
    ...Object.values(schema).flatMap(patternsOf),
  ];
};

/** Why the first pattern of some that cannot be used cannot; undefined: all of them can. */
const firstFault = (patterns: readonly string[]): string | undefined => {
  for (const pattern of patterns) {
    const fault = patternFault(pattern);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

/** Why a pattern cannot be used; undefined for one that can. */
const patternFault = (pattern: string): string | undefined => {
  const text = JSON.stringify(pattern);
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    return `the pattern ${text} is no regular expression: ${(error as Error).message}`;
  }
  try {
    if (isSafePattern(pattern, { unicode: true, ...patternBudget }).safe) return undefined;
  } catch {
    return `the pattern ${text} cannot be checked for texts that it would take very long on; write it in a simpler way`;
  }
  return `the pattern ${text} can take very long on some texts; write it without nested or overlapping repetition`;
};

/** What `ajv` says of a value, after a validator has returned false. */
export const errorsOf = (validate: ValidateFunction): readonly ErrorObject[] => validate.errors ?? [];
