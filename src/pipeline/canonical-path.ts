/** A request target in the one spelling that is matched, judged and forwarded. */
export type CanonicalTarget =
  | {
      readonly kind: 'ok';
      /** Byte for byte as sent. */
      readonly path: string;
      /** With its question mark, or the empty string; a lone question mark is an empty query. */
      readonly query: string;
      /** Decoded parts of the path, without the empty one that a trailing slash leaves. */
      readonly segments: readonly string[];
    }
  | { readonly kind: 'refused'; readonly fault: 'bad-path' | 'method-override'; readonly message: string };

/** Segments of unreserved characters and sub-delimiters (RFC 3986 3.3) but `;`, none of them `.` or `..`. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()*+,=:@-]+)+\/?$/;
const pathCharacters = /^[A-Za-z0-9._~!$&'()*+,=:@%/-]*$/;
/** Printable ASCII but `#`; brackets, bars and quotes are common in queries and mean nothing to a router. */
const queryCharacters = /^[\x21\x22\x24-\x7e]*$/;

/**
 * Refuses, and never repairs, every spelling that another reader of the path could understand differently. Real
 * servers resolve `..`, join `//`, and take `%2f` for a separator (uwsgi does so before Nova), so that a path which
 * merely fails to match a guarded route would reach the same image through another one.
 * @param rawUrl the request target as it stands in the request line
 */
export const canonicalTarget = (rawUrl: string): CanonicalTarget => {
  const mark = rawUrl.indexOf('?');
  const path = mark === -1 ? rawUrl : rawUrl.slice(0, mark);
  const query = mark === -1 || mark === rawUrl.length - 1 ? '' : rawUrl.slice(mark);
  if (query !== '') {
    const refusal = queryRefusal(query);
    if (refusal !== undefined) return refusal;
  }
  if (path === '/') return { kind: 'ok', path, query, segments: [] };
  if (plainPath.test(path)) return { kind: 'ok', path, query, segments: partsOf(path) };
  return carefully(path, query);
};

const partsOf = (path: string): string[] => {
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return path.slice(1, end).split('/');
};

const refused = (message: string): CanonicalTarget => ({ kind: 'refused', fault: 'bad-path', message });

const carefully = (path: string, query: string): CanonicalTarget => {
  if (!path.startsWith('/')) {
    return refused('The request target must be a path that begins with "/", not a full URL, "*" or a host.');
  }
  if (path.includes('//')) return refused('The path has an empty segment ("//"). Send each "/" once.');
  if (!pathCharacters.test(path)) return refused(characterMessage(path));
  const segments: string[] = [];
  for (const part of partsOf(path)) {
    if (part === '.' || part === '..') {
      return refused('The path has a segment "." or "..". Send the path without dot segments.');
    }
    if (!part.includes('%')) segments.push(part);
    else {
      const decoded = decodedSegment(part);
      if (decoded.kind === 'refused') return refused(decoded.message);
      segments.push(decoded.text);
    }
  }
  return { kind: 'ok', path, query, segments };
};

const characterMessage = (path: string): string => {
  const at = [...path].find((character) => !pathCharacters.test(character)) ?? '';
  const shown = /^[\x21-\x7e]$/.test(at) ? `"${at}"` : `U+${codePoint(at)}`;
  return `The path contains ${shown}, which has no place in it. Percent-encode it if it belongs to a name; ";", "\\" and "#" are not accepted at all.`;
};

const codePoint = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

type Decoded =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

const escapePattern = /%([0-9A-Fa-f]{2})?/g;
const unreserved = /[A-Za-z0-9._~-]/;

const decodedSegment = (part: string): Decoded => {
  for (const [whole, digits] of part.matchAll(escapePattern)) {
    if (digits === undefined) {
      return {
        kind: 'refused',
        message: 'The path has a "%" that is not followed by two hexadecimal digits.',
      };
    }
    const octet = Number.parseInt(digits, 16);
    const problem = octetProblem(octet);
    if (problem !== undefined) return { kind: 'refused', message: `The path contains ${whole}: ${problem}.` };
  }
  try {
    const text = decodeURIComponent(part);
    // C1 controls are two bytes in UTF-8, so that no single escape shows them; U+0085 even ends a line in Python.
    if (/[\u0080-\u009f]/.test(text))
      return { kind: 'refused', message: 'The path contains an encoded control character.' };
    return { kind: 'ok', text };
  } catch {
    return { kind: 'refused', message: 'The percent-encoded bytes of the path are not valid UTF-8.' };
  }
};

const octetProblem = (octet: number): string | undefined => {
  if (octet < 0x20 || octet === 0x7f) return 'an encoded control character';
  if (octet >= 0x80) return undefined;
  const character = String.fromCharCode(octet);
  if ('/\\;?#'.includes(character))
    return `an encoded "${character}", which some readers take for the character itself`;
  if (character === '%') return 'an encoded "%", which could be decoded twice';
  if (unreserved.test(character)) return `"${character}" needs no encoding; send it as it is`;
  return undefined;
};

/** Routes, the Python library behind Nova's URLs, runs a request as the method that `_method` names. */
const queryRefusal = (query: string): CanonicalTarget | undefined => {
  if (!queryCharacters.test(query)) {
    return refused(
      'The query contains a control character, "#" or a character that is not ASCII. Percent-encode it.',
    );
  }
  // Without an underscore or an escape there is no way to spell the name.
  if (!query.includes('_') && !query.includes('%')) return undefined;
  for (const pair of query.slice(1).split(/[&;?]/)) {
    const equals = pair.indexOf('=');
    if (fullyDecoded(equals === -1 ? pair : pair.slice(0, equals)) !== '_method') continue;
    return {
      kind: 'refused',
      fault: 'method-override',
      message: 'The query parameter "_method" is not accepted. Send the request with the method it means.',
    };
  }
  return undefined;
};

const fullyDecoded = (name: string): string => {
  let text = name.replaceAll('+', ' ');
  // Three rounds: a name that is encoded more often reaches nobody as `_method`.
  for (let round = 0; round < 3 && text.includes('%'); round++) {
    text = text.replace(/%([0-9A-Fa-f]{2})/g, (_whole, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name padded with control characters is trimmed by some readers.
  return text.replace(/[\x00-\x20\x7f\xa0]/g, '').toLowerCase();
};
