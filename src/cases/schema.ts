import { type Static, Type } from '../core/type.ts';
import { expectSchema } from './expect-schema.ts';
import { givenSchema, personSchema } from './given-schema.ts';

const closed = { additionalProperties: false } as const;
const methodNames = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export const requestSchema = Type.Object(
  {
    method: Type.Enum([...methodNames], { default: 'GET', description: 'The method of the request.' }),
    path: Type.String({
      minLength: 1,
      maxLength: 8192,
      description: 'Path and query, as they stand in the request line.',
    }),
    headers: Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.-]+$' }), Type.String(), {
      default: {},
      expects: 'the name of a header',
      description:
        'Headers besides Host, X-Auth-Token and, for a body, Content-Type. An empty value leaves out what would be added.',
    }),
    body: Type.Optional(Type.Unknown({ description: 'A body, sent as JSON.' })),
    text: Type.Optional(Type.String({ description: 'A body, sent byte for byte; instead of `body`.' })),
    blanks: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 32 * 1024 * 1024,
        description: 'A body of so many blanks; instead of `body`.',
      }),
    ),
  },
  { ...closed, description: 'The request as a client sends it.' },
);

export const caseSchema = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'A sentence: what the policy does with the request.',
    }),
    given: givenSchema,
    request: requestSchema,
    expect: expectSchema,
  },
  { ...closed, description: 'One request and what becomes of it.' },
);

export const casesFileSchema = Type.Object(
  {
    version: Type.Literal(1, { description: 'The version of this file format.' }),
    identities: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }), personSchema, {
      default: {},
      expects: 'lower-case letters, digits and hyphens, beginning with a letter, at most 63',
      description: 'Callers of these cases, besides member, reader, admin and other.',
    }),
    given: givenSchema,
    cases: Type.Array(caseSchema, { minItems: 1, description: 'The cases, judged one by one.' }),
  },
  {
    ...closed,
    title: 'Cases file of images-gateway',
    description: 'Requests, the world they meet, and what the policy beside this file must do with them.',
  },
);

export type CasesFile = Static<typeof casesFileSchema>;
export type CaseEntry = Static<typeof caseSchema>;
