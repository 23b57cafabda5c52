import type { Json } from '../core/json.ts';
import { JsonScanner } from './json-scanner.ts';

export type StrictJson =
  | { readonly kind: 'ok'; readonly value: Json }
  /** What was wrong and where; names that it shows are shortened. */
  | { readonly kind: 'refused'; readonly message: string };

export interface JsonBounds {
  /** Most objects and lists inside one another. */
  readonly maxDepth: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a body so that no other reader can understand it differently: RFC 8259 grammar in UTF-8 without byte order
 * mark, and beyond it no name twice in one object (readers differ in which one wins; in Nova the last does), no
 * `__proto__`, no half surrogate pairs, no NUL, no number that a 64-bit float cannot hold, bounded depth (RFC 7493,
 * "I-JSON", sections 2.1 to 2.3).
 * @param bytes the complete body
 */
export const parseStrictJson = (bytes: Uint8Array, bounds: JsonBounds = { maxDepth: 32 }): StrictJson => {
  if (bytes.byteLength === 0) return refused('The body is empty; this call needs JSON.');
  const encoding = foreignEncoding(bytes);
  if (encoding !== undefined) return refused(encoding);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refused('The body is not valid UTF-8.');
  }
  const fault = new JsonScanner(text, bounds.maxDepth).check();
  if (fault !== undefined) return refused(`${fault.what} (${place(text, fault.at)}).`);
  return { kind: 'ok', value: JSON.parse(text) as Json };
};

const refused = (message: string): StrictJson => ({ kind: 'refused', message });

/** Byte order marks, and the zero bytes that UTF-16 and UTF-32 put beside the first character of any JSON text. */
const foreignEncoding = (bytes: Uint8Array): string | undefined => {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf)
    return 'The body begins with a byte order mark; send UTF-8 without one.';
  if ((a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe) || a === 0 || b === 0) {
    return 'The body is not UTF-8; it looks like UTF-16 or UTF-32.';
  }
  return undefined;
};

const place = (text: string, at: number): string => {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
};
