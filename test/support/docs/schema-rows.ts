/** The keys of a JSON Schema as rows of a table, written for the people who fill in the file. */
import { isObject } from '../../../src/core/json.ts';

export type Schema = Readonly<Record<string, unknown>>;

export interface KeyRow {
  /** `upstreams.NAME.url`, `groups[].name`. */
  readonly path: string;
  readonly type: string;
  /** `undefined`: there is none. */
  readonly byDefault: string | undefined;
  readonly needed: boolean;
  readonly meaning: string;
  /** In which variants of the object around it the key exists, e.g. `credential.kind: password`; empty: in all. */
  readonly only: readonly string[];
}

export const code = (text: string): string => `\`${text}\``;
const json = (value: unknown): string => code(typeof value === 'string' ? value : JSON.stringify(value));

const parts = (schema: Schema, name: string): readonly Schema[] => (schema[name] ?? []) as readonly Schema[];

const propertiesOf = (schema: Schema): Readonly<Record<string, Schema>> =>
  isObject(schema['properties']) ? (schema['properties'] as Record<string, Schema>) : {};

/** Constants that a schema lists; `undefined` for any other schema. */
const choices = (schema: Schema): readonly unknown[] | undefined => {
  if ('const' in schema) return [schema['const']];
  if (Array.isArray(schema['enum'])) return schema['enum'];
  const all = parts(schema, 'anyOf').map(choices);
  return all.length > 0 && all.every((some) => some !== undefined) ? all.flat() : undefined;
};

const bounds = ({ minimum, maximum }: Schema): string => {
  if (minimum === undefined) return '';
  return maximum === undefined ? `, at least ${minimum}` : `, ${minimum} to ${maximum}`;
};

const typeOf = (schema: Schema): string => {
  if (typeof schema['$ref'] === 'string') return schema['$ref'].split('/').at(-1) ?? '';
  const listed = choices(schema);
  if (listed !== undefined) return listed.map(json).join(', ');
  if (isObject(schema['items'])) {
    const items = schema['items'] as Schema;
    const few = choices(items);
    return few === undefined ? `list of ${typeOf(items)}s` : `list of ${few.map(json).join(', ')}`;
  }
  if (schema['type'] === 'string') return 'text';
  if (isObject(schema['patternProperties']) || isObject(schema['additionalProperties'])) return 'map';
  if (schema['type'] === 'object' || 'properties' in schema) return 'object';
  if (schema['type'] !== undefined) return `${schema['type']}${bounds(schema)}`;
  const variants = parts(schema, 'anyOf').map(typeOf);
  return variants.length > 0 ? [...new Set(variants)].join(' or ') : 'anything';
};

/** The key whose constant tells the variants of an object apart. */
const tellingKey = (variants: readonly Schema[]): string | undefined =>
  Object.keys(propertiesOf(variants[0] ?? {})).find((key) =>
    variants.every((variant) => 'const' in (propertiesOf(variant)[key] ?? {})),
  );

/** `credential.kind: password`, or the first key of a variant that no constant tells. */
const nameOf = (variant: Schema, telling: string | undefined, path: string): string => {
  if (telling !== undefined) return `${path}${telling}: ${String(propertiesOf(variant)[telling]?.['const'])}`;
  return path + (Object.keys(propertiesOf(variant))[0] ?? '');
};

/** What follows the name of a key on the way to the keys inside. */
const inside = (schema: Schema): { readonly schema: Schema; readonly joint: string } | undefined => {
  const items = schema['items'];
  if (isObject(items) && ('properties' in items || 'anyOf' in items)) return { schema: items, joint: '[].' };
  for (const map of ['patternProperties', 'additionalProperties'] as const) {
    const entry = schema[map];
    if (!isObject(entry)) continue;
    const value = map === 'patternProperties' ? Object.values(entry)[0] : entry;
    if (isObject(value) && 'properties' in value) return { schema: value as Schema, joint: '.NAME.' };
  }
  return 'properties' in schema || 'anyOf' in schema ? { schema, joint: '.' } : undefined;
};

/** The variants of an object; none when there is only one form. */
export const variantsOf = (schema: Schema): readonly Schema[] =>
  parts(schema, 'anyOf').filter((variant) => 'properties' in variant);

/** Every key below a schema, parents before their parts. */
export const keyRows = (schema: Schema, path = ''): readonly KeyRow[] => {
  const variants = variantsOf(schema);
  if (variants.length > 0) return merged(variants, path);
  const required = parts(schema, 'required') as unknown as readonly string[];
  return Object.entries(propertiesOf(schema)).flatMap(([key, property]) => {
    const row: KeyRow = {
      path: path + key,
      type: typeOf(property),
      byDefault: 'default' in property ? json(property['default']) : undefined,
      needed: required.includes(key),
      meaning: String(property['description'] ?? ''),
      only: [],
    };
    const deeper = inside(property);
    return [row, ...(deeper === undefined ? [] : keyRows(deeper.schema, row.path + deeper.joint))];
  });
};

/** Keys that several variants have in the same form stand once; the telling key stands once in any case. */
const merged = (variants: readonly Schema[], path: string): readonly KeyRow[] => {
  const telling = tellingKey(variants);
  const rows = new Map<string, KeyRow>();
  for (const variant of variants) {
    const name = nameOf(variant, telling, path);
    for (const row of keyRows(variant, path)) {
      const isTelling = row.path === `${path}${telling}`;
      const id = isTelling ? row.path : JSON.stringify(row);
      const known = rows.get(id);
      const meaning = isTelling ? `${row.type}: ${row.meaning}` : row.meaning;
      if (known === undefined) rows.set(id, { ...row, meaning, only: isTelling ? [] : [name, ...row.only] });
      else if (!isTelling) rows.set(id, { ...known, only: [...known.only, name] });
      else
        rows.set(id, {
          ...known,
          type: `${known.type}, ${row.type}`,
          meaning: `${known.meaning} ${meaning}`,
        });
    }
  }
  return [...rows.values()].map((row) => (row.only.length === variants.length ? { ...row, only: [] } : row));
};

/** One row of Markdown cells: key, type, default, meaning. */
export const keyCells = ({ path, type, byDefault, needed, meaning, only }: KeyRow): readonly string[] => [
  code(path),
  type,
  needed ? 'needed' : (byDefault ?? ''),
  only.length === 0 ? meaning : `${meaning} (With ${only.map(code).join(' or ')}.)`,
];

export const keyHead = ['Key', 'Type', 'Default', 'Meaning'] as const;
