import type { Operation } from '../core/operation.ts';
import type { AnyStage } from '../core/stage.ts';
import { draft, editorSchema } from '../files/editor-schema.ts';
import { limitSchema, policyFileSchema, routeSchema, stageUseSchema } from './schema.ts';

type Schema = Record<string, unknown>;

/**
 * The JSON Schema of policy files for editors. The loader knows the stages and guarded calls only when it runs; here
 * they are written into the schema, so that an editor completes their names and each stage's own options.
 */
export const policyJsonSchema = (stages: readonly AnyStage[], operations: readonly Operation[]): Schema => {
  const file = editorSchema(policyFileSchema);
  const named = choices(operations);
  const route = editorSchema(routeSchema);
  const [byOperations] = part(route, 'match')['anyOf'] as Schema[];
  part(byOperations as Schema, 'operations')['items'] = named;
  const limit = editorSchema(limitSchema);
  const costs = part(limit, 'costs');
  const [cost] = Object.values(costs['patternProperties'] as Schema);
  properties(limit)['costs'] = {
    type: 'object',
    description: costs['description'],
    properties: Object.fromEntries(
      operations.map(({ name, summary }) => [
        name,
        { ...(cost as Schema), description: `Points of one request. ${summary}` },
      ]),
    ),
    additionalProperties: false,
  };
  part(file, 'limits')['items'] = limit;
  part(file, 'routes')['items'] = route;
  for (const way of [route, part(file, 'default')])
    part(way, 'stages')['items'] = { $ref: '#/definitions/stage' };
  return { ...draft, ...file, definitions: { stage: stageSchema(stages) } };
};

const properties = (schema: Schema): Record<string, Schema> => schema['properties'] as Record<string, Schema>;

const part = (schema: Schema, name: string): Schema => {
  const found = properties(schema)[name];
  if (found === undefined) throw new Error(`The policy schema has no property "${name}".`);
  return found;
};

/** Names with a sentence for each, which editors show beside the completion. */
const choices = (things: readonly { readonly name: string; readonly summary: string }[]): Schema => ({
  anyOf: things.map(({ name, summary }) => ({ const: name, description: summary })),
});

const stageSchema = (stages: readonly AnyStage[]): Schema => {
  const use = editorSchema(stageUseSchema);
  Object.assign(part(use, 'use'), choices(stages));
  return { ...use, allOf: stages.map(optionsOf) };
};

/** `if` the stage is this one, `then` these are its options. */
const optionsOf = ({ name, summary, options }: AnyStage): Schema => {
  const schema = { description: `Options of ${name}. ${summary}`, ...editorSchema(options) };
  const required = 'required' in schema ? { required: ['with'] } : {};
  return {
    if: { properties: { use: { const: name } }, required: ['use'] },
    // biome-ignore lint/suspicious/noThenProperty: `then` is the keyword of JSON Schema.
    then: { properties: { with: schema }, ...required },
  };
};
