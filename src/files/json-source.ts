import { quoted } from './problem.ts';
import { lineIndex } from './source.ts';
import type { SourceResult } from './yaml-source.ts';

/** Deeper files are mistakes, and this reader is recursive. */
const deepest = 128;

class JsonSlip extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads strict JSON (RFC 8259) and refuses what `JSON.parse` lets pass or cannot place: a name given twice (section 4:
 * readers differ in which one wins) and `__proto__`. Only the first slip is told.
 */
export const parseJson = (file: string, text: string): SourceResult => {
  const place = lineIndex(file, text);
  try {
    const end = space(text, value(text, space(text, 0), 0));
    if (end < text.length) throw new JsonSlip(end, 'The JSON value ends before this; remove what follows.');
  } catch (slip) {
    if (!(slip instanceof JsonSlip)) throw slip;
    return { source: undefined, problems: [{ place: place(slip.offset), message: slip.message }] };
  }
  return { source: { file, value: JSON.parse(text), place: () => place(space(text, 0)) }, problems: [] };
};

const spaces = /[ \t\n\r]*/y;
const scalars = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not hold them (RFC 8259 section 7).
const strings = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;

/** The offset behind what `pattern` finds at `at`, or -1. */
const behind = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

const space = (text: string, at: number): number => behind(spaces, text, at);

const value = (text: string, at: number, depth: number): number => {
  if (depth > deepest) throw new JsonSlip(at, 'The values are nested too deeply.');
  if (text[at] === '{') return object(text, at, depth);
  if (text[at] === '[') return array(text, at, depth);
  if (text[at] === '"') return string(text, at);
  const end = behind(scalars, text, at);
  if (end < 0)
    throw new JsonSlip(
      at,
      at < text.length ? 'A JSON value is expected here.' : 'The JSON text ends too early.',
    );
  return end;
};

const string = (text: string, at: number): number => {
  const end = behind(strings, text, at);
  if (end < 0)
    throw new JsonSlip(at, 'This string has no end, or holds a control character or a wrong escape.');
  return end;
};

const array = (text: string, open: number, depth: number): number => {
  let at = space(text, open + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = space(text, value(text, at, depth + 1));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') throw new JsonSlip(at, 'A "," or "]" is expected here.');
    at = space(text, at + 1);
  }
};

const object = (text: string, open: number, depth: number): number => {
  const names = new Set<string>();
  let at = space(text, open + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') throw new JsonSlip(at, 'A name in double quotes is expected here.');
    const nameEnd = string(text, at);
    const name: string = JSON.parse(text.slice(at, nameEnd));
    if (name === '__proto__') throw new JsonSlip(at, 'The name "__proto__" cannot be used.');
    if (names.has(name)) throw new JsonSlip(at, `The name ${quoted(name)} is given twice in this object.`);
    names.add(name);
    at = space(text, nameEnd);
    if (text[at] !== ':') throw new JsonSlip(at, 'A ":" is expected here.');
    at = space(text, value(text, space(text, at + 1), depth + 1));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') throw new JsonSlip(at, 'A "," or "}" is expected here.');
    at = space(text, at + 1);
  }
};
