import { draft, editorSchema } from '../files/editor-schema.ts';
import { configSchema } from './schema.ts';
import { tokensFileSchema } from './static-tokens.ts';

/** The JSON Schema of `config/gateway.yaml` for editors. */
export const configJsonSchema = (): Record<string, unknown> => ({ ...draft, ...editorSchema(configSchema) });

/** The JSON Schema of the token file of identity `static`. */
export const tokensJsonSchema = (): Record<string, unknown> => ({
  ...draft,
  ...editorSchema(tokensFileSchema),
});
