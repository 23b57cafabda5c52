import { type Static, Type } from '../core/type.ts';

const closed = { additionalProperties: false } as const;
const texts = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));
const headers = (description: string) =>
  Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), Type.String(), {
      expects: 'the name of a header in lower case',
      description,
    }),
  );

const forwardSchema = Type.Object(
  {
    upstream: Type.Optional(Type.String({ description: 'The name of the upstream.' })),
    path: Type.Optional(Type.String({ description: 'Path and query, byte for byte.' })),
    headers: headers('Headers that leave with exactly these values.'),
    without: texts('Headers that do not leave, in lower case.'),
    body: Type.Optional(Type.Unknown({ description: 'The body that leaves, as JSON.' })),
    text: Type.Optional(Type.String({ description: 'The body that leaves, byte for byte.' })),
  },
  { ...closed, description: 'What leaves for the service behind.' },
);

const changeSchema = Type.Object(
  {
    set: texts('Keys that are new.'),
    changed: texts('Keys that get another value.'),
    removed: texts('Keys that go away.'),
  },
  { ...closed, description: 'The effective change of the metadata; what is left out must be empty.' },
);

/** What a case expects. Only what is written is compared. */
export const expectSchema = Type.Object(
  {
    verdict: Type.Optional(
      Type.Enum(['pass', 'deny', 'relay'], {
        description:
          "pass: it is forwarded. deny: it is refused. relay: the cloud's own refusal is handed on.",
      }),
    ),
    route: Type.Optional(
      Type.String({ description: 'Id of the route that judged it; `default` for the rest.' }),
    ),
    operation: Type.Optional(Type.String({ description: 'Name of the guarded call.' })),
    stage: Type.Optional(
      Type.String({
        description: 'The stage that refused, or `gateway` for a refusal of the gateway itself.',
      }),
    ),
    fault: Type.Optional(
      Type.String({ description: 'The refusal, as `resizing` or `disk-config-guard/resizing`.' }),
    ),
    status: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 599,
        description: 'Status of the answer, unless it is forwarded.',
      }),
    ),
    name: Type.Optional(Type.String({ description: 'Name of the fault in the answer, e.g. `overLimit`.' })),
    message: Type.Optional(
      Type.String({ minLength: 1, description: 'A part of the sentence for the caller.' }),
    ),
    retryAfter: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Seconds of Retry-After; 0: the answer has none.' }),
    ),
    headers: headers('Headers of the answer with exactly these values.'),
    flags: texts('All flags, as `stage/fault`, in the order of the stages.'),
    forward: Type.Optional(forwardSchema),
    change: Type.Optional(changeSchema),
  },
  { ...closed, description: 'What the policy must do. Only what is written here is compared.' },
);

export type Expect = Static<typeof expectSchema>;
