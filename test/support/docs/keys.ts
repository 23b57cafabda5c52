/** Tables of the keys of gateway.yaml, of a static token file and of policy files. */
import { casesJsonSchema } from '../../../src/cases/json-schema.ts';
import { configJsonSchema } from '../../../src/config/json-schema.ts';
import { operations } from '../../../src/operations/index.ts';
import { policyJsonSchema } from '../../../src/policy/json-schema.ts';
import { stages } from '../../../src/stages/index.ts';
import { table } from './blocks.ts';
import { code, type KeyRow, keyCells, keyHead, keyRows, type Schema, variantsOf } from './schema-rows.ts';

const top = (schema: Schema): Readonly<Record<string, Schema>> =>
  schema['properties'] as Record<string, Schema>;

/** Every key of a schema, and of each variant of its parts: what a document about it must name. */
export const allKeys = (schema: Schema): readonly string[] => [
  ...new Set(keyRows(schema).map(({ path }) => path)),
];

const rowsTable = (rows: readonly KeyRow[]): string => table(keyHead, rows.map(keyCells));

/** One table for each variant of a section: the reader has chosen one and needs no other. */
const section = (name: string, schema: Schema): string => {
  const description = String(schema['description'] ?? '');
  const variants = variantsOf(schema);
  const body =
    variants.length === 0
      ? rowsTable(
          keyRows({ type: 'object', properties: { [name]: schema } }).filter((row) => row.path !== name),
        )
      : variants.map((variant) => variantTable(name, variant)).join('\n\n');
  return `### ${name}\n\n${description}\n\n${body}`;
};

const variantTable = (name: string, variant: Schema): string => {
  const rows = keyRows(variant, `${name}.`);
  const [telling] = rows;
  return `With ${code(`${telling?.path.slice(name.length + 1)}: ${telling?.type.replaceAll('`', '')}`)}:\n\n${rowsTable(rows)}`;
};

const isSection = (schema: Schema): boolean =>
  keyRows({ type: 'object', properties: { it: schema } }).length > 1;

/** The whole of `config/gateway.yaml`. */
export const configKeys = (): string => {
  const schema = configJsonSchema();
  const entries = Object.entries(top(schema));
  const plain = new Set(entries.filter(([, part]) => !isSection(part)).map(([name]) => name));
  const rows = keyRows(schema).filter(({ path }) => plain.has(path));
  const sections = entries.filter(([name]) => !plain.has(name)).map(([name, part]) => section(name, part));
  return [rowsTable(rows), ...sections].join('\n\n');
};

const policy = (): Schema => policyJsonSchema(stages, operations);

const below = (prefix: string): string =>
  rowsTable(
    keyRows(policy())
      // The calls that may have a cost are the guarded ones, which have a table of their own.
      .filter(({ path }) => path.startsWith(prefix) && !path.includes('.costs.'))
      .map((row) => ({ ...row, path: row.path.slice(prefix.length) })),
  );

export const routeKeys = (): string => below('routes[].');
export const limitKeys = (): string => below('limits[].');

export const stageUseKeys = (): string => {
  const { definitions } = policy() as { readonly definitions: Readonly<Record<string, Schema>> };
  return rowsTable(
    keyRows(definitions['stage'] ?? {}).map((row) => (row.path === 'use' ? { ...row, type: 'text' } : row)),
  );
};

export const operationRows = (): string =>
  table(
    ['Name', 'Call', 'What it does'],
    operations.map(({ name, method, path, api, summary }) => [
      code(name),
      `${code(`${method} ${path}`)} (${api})`,
      summary,
    ]),
  );

/** Files of cases: what is given, asked and expected. What is given for all is given for one too, and stands once. */
export const caseKeys = (): string =>
  rowsTable(keyRows(casesJsonSchema()).filter(({ path }) => !path.startsWith('given.') && path !== 'given'));
