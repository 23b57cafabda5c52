import type { TSchema } from '../core/type.ts';

/**
 * The keywords of a TypeBox schema that the loader looks at. TypeBox's own types describe one kind of schema each;
 * a walk over any schema needs them all.
 */
export interface Keywords extends Annotations {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Keywords[];
  readonly properties?: Readonly<Record<string, Keywords>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Keywords;
  readonly patternProperties?: Readonly<Record<string, Keywords>>;
  readonly items?: Keywords | readonly Keywords[];
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** Keywords of our own. They say what JSON Schema cannot; the published schemas leave them out. */
export interface Annotations {
  /** The property may be left out, since the loader computes it then: a sentence that says how. */
  readonly computed?: string;
  /** The text stands for something that the loader checks or fetches afterwards, e.g. `secret`. */
  readonly holds?: string;
  /** In words what `pattern` says: `"id" must be <expects>.` */
  readonly expects?: string;
}

export const keywords = (schema: TSchema): Keywords => schema as Keywords;

/** The values that a schema made of constants lists; `undefined` for any other schema. */
export const literals = (schema: Keywords): readonly unknown[] | undefined => {
  if ('const' in schema) return [schema.const];
  if (schema.enum !== undefined) return schema.enum;
  const parts = schema.anyOf?.map(literals);
  return parts?.every((part) => part !== undefined) ? parts.flat() : undefined;
};

/** Properties that the writer of a file must give: required, and nothing to fill in. */
export const needed = (schema: Keywords): readonly string[] =>
  (schema.required ?? []).filter((name) => {
    const property = schema.properties?.[name];
    return property === undefined || !('default' in property || 'computed' in property);
  });
