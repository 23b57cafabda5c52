import { isObject } from '../plain-json.ts';
import { pythonStrip } from '../python-text.ts';
import { isReserved, readOnly, valueError } from './attributes.ts';

/** One operation of a patch, its pointer decoded. */
export interface PatchChange {
  readonly op: 'add' | 'remove' | 'replace';
  readonly key: string;
  /** `undefined` for `remove`. */
  readonly value: unknown;
  /** The old media type: `add` of a property that is there already is an error. */
  readonly strictAdd: boolean;
}

/** A refusal of the request as such, before any image is looked at. */
export interface PatchProblem {
  readonly status: 400 | 403;
  readonly message: string;
}

const operations = ['add', 'remove', 'replace'] as const;
type Operation = (typeof operations)[number];

const listed = operations.join(', ');
const problem = (message: string, status: 400 | 403 = 400): PatchProblem => ({ status, message });
const isProblem = (value: unknown): value is PatchProblem => isObject(value) && 'message' in value;

/** `application/openstack-images-v2.1-json-patch`: members `op`, `path` and `value`. */
const readModern = (raw: Record<string, unknown>): { op: Operation; pointer: unknown } | PatchProblem => {
  const op = operations.find((known) => known === raw['op']);
  if (raw['op'] === undefined || raw['op'] === null) {
    return problem(
      `Unable to find \`op\` in JSON Schema change. It must be one of the following: ${listed}.`,
    );
  }
  if (!op)
    return problem(
      `Invalid operation: \`${String(raw['op'])}\`. It must be one of the following: ${listed}.`,
    );
  if (!('path' in raw)) return problem("Unable to find 'path' in JSON Schema change");
  return { op, pointer: raw['path'] };
};

/** `application/openstack-images-v2.0-json-patch`: the operation's name is the member that holds the pointer. */
const readLegacy = (raw: Record<string, unknown>): { op: Operation; pointer: unknown } | PatchProblem => {
  const [op, second] = operations.filter((known) => Object.hasOwn(raw, known));
  const quantity = second === undefined ? 'exactly' : 'only';
  if (op === undefined || second !== undefined) {
    return problem(
      `Operation objects must contain ${quantity} one member named "add", "remove", or "replace".`,
    );
  }
  return { op, pointer: raw[op] };
};

/**
 * The key that a JSON pointer names (glance/api/v2/images.py `_decode_json_pointer`). Two laxities of the original are
 * kept, since they are ways to spell a key that a gateway may overlook: blanks around a token are cut off, and a
 * pointer may begin with two slashes.
 */
const pointedKey = (pointer: unknown): string | PatchProblem => {
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) {
    return problem(`Pointer \`${String(pointer)}\` does not start with "/".`);
  }
  if (/\/\s*\//.test(pointer.slice(1))) return problem(`Pointer \`${pointer}\` contains adjacent "/".`);
  if (pointer.length > 1 && pointer.endsWith('/')) return problem(`Pointer \`${pointer}\` end with "/".`);
  if (/~[^01]|~$/.test(pointer)) {
    return problem(`Pointer \`${pointer}\` contains "~" not part of a recognized escape sequence.`);
  }
  const tokens = pointer
    .replace(/^\/+/, '')
    .split('/')
    .map((token) => pythonStrip(token.replaceAll('~1', '/').replaceAll('~0', '~')));
  const [key = ''] = tokens;
  if (key === 'locations')
    return problem("It's not allowed to add locations if locations are invisible.", 403);
  return tokens.length === 1
    ? key
    : problem(`Invalid JSON pointer for this resource: '/${tokens.join('/')}'`);
};

const readChange = (raw: unknown, strictAdd: boolean): PatchChange | PatchProblem => {
  if (!isObject(raw)) return problem('Operations must be JSON objects.');
  const read = strictAdd ? readLegacy(raw) : readModern(raw);
  if (isProblem(read)) return read;
  const { op } = read;
  const key = pointedKey(read.pointer);
  if (isProblem(key)) return key;
  if (op !== 'remove' && !('value' in raw)) {
    return problem(`Operation "${op}" requires a member named "value".`);
  }
  if (readOnly.has(key)) return problem(`Attribute '${key}' is read-only.`, 403);
  if (isReserved(key)) return problem(`Attribute '${key}' is reserved.`, 403);
  const value = op === 'remove' ? undefined : raw['value'];
  const wrong = op === 'remove' ? undefined : valueError(key, value);
  return wrong === undefined ? { op, key, value, strictAdd } : problem(wrong);
};

/** Media types of a patch, and whether each is the old form. */
export const patchTypes: ReadonlyMap<string, boolean> = new Map([
  ['application/openstack-images-v2.0-json-patch', true],
  ['application/openstack-images-v2.1-json-patch', false],
]);

/** Reads all operations; the first that is wrong decides. */
export const readPatch = (body: unknown, strictAdd: boolean): readonly PatchChange[] | PatchProblem => {
  if (!Array.isArray(body)) return problem('Request body must be a JSON array of operation objects.');
  const changes: PatchChange[] = [];
  for (const raw of body) {
    const change = readChange(raw, strictAdd);
    if (isProblem(change)) return change;
    changes.push(change);
  }
  return changes;
};
