import { isObject } from '../core/json.ts';
import type { Keywords } from './keywords.ts';

const isOf: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: Number.isFinite,
  integer: Number.isInteger,
  array: Array.isArray,
  object: isObject,
};

const patterns = new WeakMap<Keywords, RegExp>();

const patternOf = (schema: Keywords): RegExp => {
  let pattern = patterns.get(schema);
  if (pattern === undefined) {
    // JSON Schema reads patterns with Unicode's rules (2020-12 core 6.4).
    pattern = new RegExp(schema.pattern ?? '', 'u');
    patterns.set(schema, pattern);
  }
  return pattern;
};

/** Characters as JSON Schema counts them (2020-12 validation 6.3.1): code points. */
const lengthOf = (text: string): number => [...text].length;

/** The keyword of a schema that a value with nothing inside it does not meet; `undefined`: it meets all. */
export const leafFault = (schema: Keywords, value: unknown): string | undefined => {
  if (schema.type !== undefined && isOf[schema.type]?.(value) !== true) return 'type';
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) return 'minimum';
    return schema.maximum !== undefined && value > schema.maximum ? 'maximum' : undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (schema.minLength !== undefined && lengthOf(value) < schema.minLength) return 'minLength';
  if (schema.maxLength !== undefined && lengthOf(value) > schema.maxLength) return 'maxLength';
  return schema.pattern !== undefined && !patternOf(schema).test(value) ? 'pattern' : undefined;
};
