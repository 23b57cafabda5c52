import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { casesJsonSchema } from '../cases/json-schema.ts';
import { configJsonSchema, tokensJsonSchema } from '../config/json-schema.ts';
import { decisionSchema } from '../core/decision.ts';
import { draft, editorSchema, schemaText } from '../files/editor-schema.ts';
import { operations } from '../operations/index.ts';
import { policyJsonSchema } from '../policy/json-schema.ts';
import { stages } from '../stages/index.ts';

/** `images-gateway schemas FOLDER`: the JSON Schemas that editors complete and check by. */
export const writeSchemas = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const schemas = {
    'gateway.schema.json': configJsonSchema(),
    'cases.schema.json': casesJsonSchema(),
    'decision.schema.json': { ...draft, ...editorSchema(decisionSchema) },
    'tokens.schema.json': tokensJsonSchema(),
    'policy.schema.json': policyJsonSchema(stages, operations),
  };
  for (const [name, schema] of Object.entries(schemas)) {
    await writeFile(join(folder, name), schemaText(schema));
    process.stdout.write(`${join(folder, name)}\n`);
  }
};
