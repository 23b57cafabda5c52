import { draft, editorSchema } from '../files/editor-schema.ts';
import { casesFileSchema } from './schema.ts';

/** The JSON Schema of `*.cases.yaml` files for editors. */
export const casesJsonSchema = (): Record<string, unknown> => ({
  ...draft,
  ...editorSchema(casesFileSchema),
});
