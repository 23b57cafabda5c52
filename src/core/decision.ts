import { type Static, Type } from './type.ts';

const closed = { additionalProperties: false } as const;
const text = (description: string) => Type.String({ description });
const maybe = (description: string) => Type.Optional(Type.String({ description }));
const texts = (description: string) => Type.Array(Type.String(), { description });

const verdictSchema = Type.Object(
  {
    stage: text('Name of the stage.'),
    outcome: Type.Enum(['pass', 'deny', 'flag', 'relay', 'error'], { description: 'What it said.' }),
    fault: maybe('Its refusal, as `stage/fault`; with outcome flag what it would have been.'),
    notes: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Counts and names of the stage.' }),
    ),
  },
  { ...closed, description: 'What one stage said.' },
);

const changeSchema = Type.Object(
  {
    set: texts('Keys that are new.'),
    changed: texts('Keys that get another value.'),
    removed: texts('Keys that go away.'),
    before: Type.Record(Type.String(), Type.String(), {
      description: 'Masked values, before the request, of the keys that change or go away.',
    }),
  },
  { ...closed, description: 'The effective change of the metadata, where a stage asked for it.' },
);

/**
 * One decision as it is kept and written: JSON, one line each. It holds ids and names, never tokens; values of
 * metadata and of bodies are masked (see `maskJson`).
 */
export const decisionSchema = Type.Object(
  {
    version: Type.Literal(1, { description: 'The version of this format.' }),
    id: text('Name of the decision, sent with the answer as X-Policy-Decision.'),
    time: text('When the request came, in UTC.'),
    request: text('Request id.'),
    revision: text('Revision of the policy that decided.'),
    route: text('Id of the route; empty when there was none.'),
    operation: maybe('Name of the guarded call.'),
    method: text('Method of the request.'),
    path: text('Canonical path without the query; empty when it has none.'),
    user: maybe('User id.'),
    project: maybe('Project id.'),
    roles: Type.Optional(texts('Roles of the token.')),
    outcome: Type.Enum(['pass', 'flag', 'deny', 'relay'], { description: 'How the request was judged.' }),
    fault: maybe('The refusal, as `stage/fault`.'),
    flags: texts('What would have been refused, were it enforced, as `stage/fault`.'),
    verdicts: Type.Array(verdictSchema, { description: 'The stages that were asked, in order.' }),
    change: Type.Optional(changeSchema),
    status: Type.Integer({ description: 'Status of the answer.' }),
    mediaType: maybe('Content type of a body that was judged.'),
    body: Type.Optional(
      Type.Unknown({ description: 'A judged body of at most 4096 bytes, its values masked.' }),
    ),
  },
  { ...closed, title: 'Decision of images-gateway', description: 'One line of a decision file.' },
);

export type Decision = Static<typeof decisionSchema>;
