import { nearest } from '../core/nearest.ts';
import { type Keywords, literals } from './keywords.ts';
import type { Path } from './source.ts';

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'empty',
};

/** What a value is, in the words of the messages. Values themselves are never shown: one may be a secret. */
export const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
};

/** How a sentence names the value at a path: by its own name, or as an entry of the list it is in. */
export const nameOf = (path: Path): string => {
  const last = path.at(-1);
  if (last === undefined) return 'The file';
  if (typeof last === 'string') return JSON.stringify(last);
  const list = path.findLast((step) => typeof step === 'string');
  return list === undefined ? 'This entry' : `This entry of ${JSON.stringify(list)}`;
};

/** The same inside a sentence, with the word before it; nothing at the top of a file. */
export const inside = (path: Path): string => {
  if (path.length === 0) return '';
  const name = nameOf(path);
  return ` in ${name.startsWith('This') ? `t${name.slice(1)}` : name}`;
};

/** The wrong type: what was expected, what is there, and the usual slip with quotes. */
export const typeSentence = (path: Path, type: string, value: unknown): string => {
  const expected = typeWords[type] ?? `of type ${type}`;
  if (value === null) return `${nameOf(path)} has no value; it must be ${expected}.`;
  const base = `${nameOf(path)} must be ${expected}, not ${kindOf(value)}`;
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return `${base}; put it in quotes.`;
  const bare =
    typeof value === 'string' && (type === 'boolean' ? /^(true|false)$/ : /^-?\d+(\.\d+)?$/).test(value);
  if (bare && type !== 'array' && type !== 'object') return `${base}; take the quotes off.`;
  if (type === 'number' && typeof value === 'number') return `${nameOf(path)} must be a finite number.`;
  if (type === 'integer' && typeof value === 'number') return `${nameOf(path)} must be a whole number.`;
  return `${base}.`;
};

/** A value that is none of those listed. */
export const literalSentence = (path: Path, allowed: readonly unknown[], value: unknown): string => {
  const words = allowed.map(String);
  const base = words.length === 1 ? `must be ${words[0]}` : `must be one of ${words.join(', ')}`;
  if (typeof value !== 'string') return `${nameOf(path)} ${base}.`;
  const same = allowed.find((candidate) => typeof candidate !== 'string' && String(candidate) === value);
  if (same !== undefined) return `${nameOf(path)} ${base}; take the quotes off.`;
  const near = words.length > 1 ? nearest(value, words) : undefined;
  return `${nameOf(path)} ${base}${near === undefined ? '.' : `; did you mean "${near}"?`}`;
};

/** A sentence for a value whose type is right and whose content is not; `keyword` is the one that failed. */
export const constraintSentence = (path: Path, schema: Keywords, keyword: string): string => {
  const name = nameOf(path);
  switch (keyword) {
    case 'minimum':
    case 'maximum':
      return `${name} must be ${rangeWords(schema)}.`;
    case 'minLength':
      return schema.minLength === 1
        ? `${name} must not be empty.`
        : `${name} must have at least ${schema.minLength} characters.`;
    case 'maxLength':
      return `${name} must have at most ${schema.maxLength} characters.`;
    case 'pattern':
      return `${name} must be ${schema.expects ?? `a text that matches ${schema.pattern}`}.`;
    default:
      return `${name} does not meet "${keyword}".`;
  }
};

const rangeWords = ({ minimum, maximum }: Keywords): string => {
  if (minimum === undefined) return `at most ${maximum}`;
  return maximum === undefined ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
};

/** `a text`, `a number or a list`, ...: what any of several schemas would take. */
export const typesOf = (branches: readonly Keywords[]): string => {
  const words = branches.map((branch) => {
    const values = literals(branch);
    if (values !== undefined) return values.map(String).join(' or ');
    const word = typeWords[branch.type ?? 'object'] ?? 'something else';
    const { minimum, maximum } = branch;
    return minimum === undefined || maximum === undefined ? word : `${word} from ${minimum} to ${maximum}`;
  });
  return [...new Set(words)].join(' or ');
};
