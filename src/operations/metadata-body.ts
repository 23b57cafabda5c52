import { isObject, type Json } from '../core/json.ts';
import { type Metadata, metadata } from '../core/metadata.ts';
import { type MalformedIntent, malformed } from '../core/operation.ts';

export interface Strings {
  readonly kind: 'strings';
  readonly map: Metadata;
}

/** A value is shortened before it is repeated to the caller, who may have sent a megabyte of it. */
export const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/**
 * The string map under one member of a body, e.g. `metadata` of `{"metadata": {"os_type": "linux"}}`.
 * Nova takes no other members and no other types (`nova/api/openstack/compute/schemas/image_metadata.py`).
 */
export const stringMap = (body: Json, member: string): Strings | MalformedIntent => {
  if (!isObject(body)) return malformed(`The body must be a JSON object with the member "${member}".`);
  const map = body[member];
  if (!isObject(map)) return malformed(`The body's member "${member}" must be an object of strings.`);
  return stringsOf(map, `/${member}`);
};

/**
 * Blanks around a name: Glance cuts them off (`_decode_json_pointer` in `glance/api/v2/images.py`), in what Nova sends it
 * too, so that " visibility" reaches the attribute. Refused, not repaired. Python strips the separators U+001C to U+001F
 * and U+0085 as well.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is looked for
export const blankEnds = /^[\s\u001c-\u001f\u0085]|[\s\u001c-\u001f\u0085]$/u;

/** The string map of a write, whose keys every reader takes for the same. */
export const writtenMap = (body: Json, member: string): Strings | MalformedIntent => {
  const sent = stringMap(body, member);
  if (sent.kind === 'malformed') return sent;
  const odd = Object.keys(sent.map).find((key) => blankEnds.test(key));
  return odd === undefined
    ? sent
    : malformed(
        `The key "${shorten(odd)}" begins or ends with a blank, which the service behind would cut off. Send it without.`,
      );
};

/** Checks that every member is a string. `pointer` is where the object stands in the body. */
export const stringsOf = (map: Record<string, unknown>, pointer: string): Strings | MalformedIntent => {
  const strings = metadata();
  for (const [key, value] of Object.entries(map)) {
    if (typeof value !== 'string')
      return malformed(`The value at ${pointer}/${shorten(key)} must be a string.`);
    strings[key] = value;
  }
  return { kind: 'strings', map: strings };
};

/**
 * Keys trimmed and in lower case. Two keys that become one are refused: which of the values counts would be
 * a guess.
 */
export const foldKeys = (map: Metadata, pointer: string): Strings | MalformedIntent => {
  const folded = metadata();
  for (const [key, value] of Object.entries(map)) {
    const name = foldKey(key);
    if (folded[name] !== undefined) {
      return malformed(
        `Two keys at ${pointer} are the same key "${shorten(name)}" once their case is folded. Send it once.`,
      );
    }
    folded[name] = value;
  }
  return { kind: 'strings', map: folded };
};

export const foldKey = (key: string): string => key.trim().toLowerCase();
