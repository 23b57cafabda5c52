import { isObject } from '../plain-json.ts';
import { pythonRepr } from '../python-text.ts';
import type { ImageRecord, Visibility } from './store.ts';

/** What a patch or a creation may not name (glance/api/v2/images.py). */
export const readOnly: ReadonlySet<string> = new Set(
  'created_at updated_at status checksum size virtual_size direct_url self file schema id os_hash_algo os_hash_value'.split(
    ' ',
  ),
);
export const reserved: ReadonlySet<string> = new Set(['location', 'deleted', 'deleted_at']);
export const isReserved = (key: string): boolean => reserved.has(key) || key.startsWith('os_glance_');

interface Attribute {
  /** The types of the schema, in the words of its messages. */
  readonly types: readonly ('string' | 'null' | 'integer' | 'boolean' | 'array')[];
  readonly oneOf?: readonly string[];
  /** Where the value, already checked, goes in our record. */
  field(value: unknown): Partial<ImageRecord>;
}

const text = ['null', 'string'] as const;

/** Members of an image that have a meaning of their own; every other key is a property with a string. */
const attributes: Readonly<Record<string, Attribute>> = {
  name: { types: text, field: (value) => ({ name: value as string | null }) },
  visibility: {
    types: ['string'],
    oneOf: ['community', 'public', 'private', 'shared'],
    field: (value) => ({ visibility: value as Visibility }),
  },
  owner: { types: text, field: (value) => ({ owner: (value as string | null) ?? '' }) },
  protected: { types: ['boolean'], field: (value) => ({ protected: value === true }) },
  min_ram: { types: ['integer'], field: (value) => ({ minRam: value as number }) },
  min_disk: { types: ['integer'], field: (value) => ({ minDisk: value as number }) },
  container_format: { types: text, field: (value) => ({ containerFormat: value as string | null }) },
  disk_format: { types: text, field: (value) => ({ diskFormat: value as string | null }) },
  os_hidden: { types: ['boolean'], field: (value) => ({ osHidden: value === true }) },
  tags: { types: ['array'], field: (value) => ({ tags: [...new Set((value as unknown[]).map(String))] }) },
};

export const attributeOf = (key: string): Attribute | undefined =>
  Object.hasOwn(attributes, key) ? attributes[key] : undefined;

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

/** Glance's sentence when a value does not fit its place in the image schema, or `undefined`. */
export const valueError = (key: string, value: unknown): string | undefined => {
  const { types, oneOf } = attributeOf(key) ?? { types: ['string'] as const, oneOf: undefined };
  const wrong = (what: string): string =>
    `Provided object does not match schema 'image': ${pythonRepr(value)} ${what} Property: ${key}`;
  if (!(types as readonly string[]).includes(typeOf(value))) {
    return wrong(`is not of type ${types.map((type) => `'${type}'`).join(', ')}`);
  }
  if (oneOf && !oneOf.includes(value as string)) return wrong(`is not one of ${pythonRepr(oneOf)}`);
  if (typeof value === 'string' && key === 'name' && value.length > 255) return wrong('is too long');
  return undefined;
};

/** The same for a whole image that is about to be created. */
export const imageError = (body: unknown): string | undefined => {
  if (!isObject(body)) {
    return `Provided object does not match schema 'image': ${pythonRepr(body)} is not of type 'object'`;
  }
  for (const [key, value] of Object.entries(body)) {
    const wrong = key === 'id' ? undefined : valueError(key, value);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};
