import { isObject, type Json } from './json.ts';

/** Words that say nothing of a customer, and that rules are about. */
const plain = /^\s*(?:true|false|disabled|auto|manual)\s*$/i;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Stars in the number of the text's characters: what is judged by its length is judged alike. */
export const maskText = (text: string): string =>
  plain.test(text) || uuid.test(text) ? text : '*'.repeat(Math.min(text.length, 1024));

/** Members of a JSON patch that name a property, not a value (RFC 6902, and the draft before it). */
const pointers: ReadonlySet<string> = new Set(['path', 'add', 'replace', 'remove']);

/**
 * The same JSON with its names but without its values: texts become stars, numbers 0. Ids, truth values and the
 * words that rules are about stay, and so do the property names in a JSON patch.
 */
export const maskJson = (value: Json): Json =>
  Array.isArray(value)
    ? value.map((entry: Json) => (isObject(entry) ? maskPatch(entry) : mask(entry)))
    : mask(value);

const mask = (value: unknown): Json => {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number') return 0;
  if (Array.isArray(value)) return value.map(mask);
  return isObject(value) ? maskMembers(value, mask) : (value as Json);
};

const maskPatch = (entry: Record<string, unknown>): Json =>
  maskMembers(entry, (part, name) =>
    typeof part === 'string' && (name === 'op' || (pointers.has(name) && part.startsWith('/')))
      ? part
      : mask(part),
  );

const maskMembers = (value: Record<string, unknown>, of: (part: unknown, name: string) => Json): Json => {
  const masked: Record<string, Json> = Object.create(null);
  for (const [name, part] of Object.entries(value)) masked[name] = of(part, name);
  return masked;
};
