const separators = '\u001c\u001d\u001e\u001f\u0085';

/** Python's whitespace: JavaScript's with the separators, and without the byte order mark. */
const isSpace = (sign: string): boolean =>
  sign !== '\ufeff' && (separators.includes(sign) || sign.trim() === '');

/** `str.strip()` of Python. */
export const pythonStrip = (text: string): string => {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charAt(from))) from += 1;
  while (to > from && isSpace(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
};

const trueWords: ReadonlySet<string> = new Set(['1', 't', 'true', 'on', 'y', 'yes']);

/** `oslo_utils.strutils.bool_from_string` without `strict`: these six words are true, anything else is false. */
export const boolFromString = (text: string): boolean => trueWords.has(pythonStrip(text).toLowerCase());

const reprString = (text: string): string => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return quote + body + quote;
};

/** A JSON value as Python's `repr` writes it: the form in which Nova quotes input in its messages. */
export const pythonRepr = (value: unknown): string => {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return reprString(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([key, member]) => `${reprString(key)}: ${pythonRepr(member)}`);
    return `{${members.join(', ')}}`;
  }
  return String(value);
};

/** The same for `str`: strings stand without quotes. */
export const pythonStr = (value: unknown): string => (typeof value === 'string' ? value : pythonRepr(value));
