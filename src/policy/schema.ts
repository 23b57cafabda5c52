import { type Static, Type } from '../core/type.ts';

/** The methods that a policy can name. CONNECT and TRACE never pass the gateway. */
export const methodNames = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** The largest body that a route may judge: 16 MiB, since it is held in memory while it is judged. */
export const largestBody = 16 * 1024 * 1024;

const closed = { additionalProperties: false } as const;

const name = (description: string) =>
  Type.String({
    pattern: '^[a-z][a-z0-9-]{0,62}$',
    expects: 'lower-case letters, digits and hyphens, beginning with a letter, at most 63',
    description,
  });

const methods = (description: string) =>
  Type.Array(Type.Enum([...methodNames]), { uniqueItems: true, default: [], description });

const mode = (what: string) =>
  Type.Enum(['enforce', 'flag', 'off'], {
    default: 'enforce',
    description: `enforce: ${what}. flag: what would be refused passes, and is counted, logged and marked. off: nothing.`,
  });

const day = (description: string) =>
  Type.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\d$',
    expects: 'a day such as 2026-12-31',
    description,
  });

const ids = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { uniqueItems: true, description });

export const exemptionSchema = Type.Object(
  {
    projects: { ...ids('Ids of the projects.'), minItems: 1 } as ReturnType<typeof ids>,
    stages: { ...ids('Names of the stages that do not refuse them.'), minItems: 1 } as ReturnType<typeof ids>,
    routes: Type.Array(Type.String({ minLength: 1 }), {
      uniqueItems: true,
      default: [],
      description: 'Ids of the routes it holds on. Empty: all.',
    }),
    reason: Type.String({ minLength: 3, maxLength: 500, description: 'Why; it stands in decision records.' }),
    owner: Type.String({ minLength: 1, maxLength: 255, description: 'Who answers for it.' }),
    expires: day('The last day, in UTC. Afterwards the stages refuse again.'),
  },
  {
    ...closed,
    description: 'Projects that stages do not refuse for a while; what they would refuse is flagged.',
  },
);

const unit = Type.Enum(['second', 'minute', 'hour', 'day'], { description: 'The unit of the window.' });
const every = Type.Integer({
  minimum: 1,
  maximum: 2_073_600,
  default: 1,
  description: 'The window is so many units long; 24 days at most.',
});
const points = (description: string) => Type.Integer({ minimum: 1, maximum: 1_000_000_000, description });

const burst = (description: string) =>
  Type.Object(
    { points: points('How many fit in the short window.'), per: unit, every },
    { ...closed, description },
  );

export const limitSchema = Type.Object(
  {
    name: name('The name of the limit in metrics, logs, answers and `limits` commands.'),
    key: Type.Enum(['project', 'user', 'address', 'global'], {
      description:
        'Who is counted apart: each project, user or client address; `global` counts all together.',
    }),
    points: points('How many requests (or points, see `costs`) fit in one window.'),
    per: unit,
    every,
    methods: methods('Only requests with these methods count. Empty: all methods.'),
    routes: Type.Array(Type.String(), {
      uniqueItems: true,
      default: [],
      description: 'Ids of the routes it counts on. Empty: every route whose stages include `rate-limit`.',
    }),
    groups: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: name('The name of the group in `limits` commands.'),
            roles: Type.Array(Type.String({ minLength: 1 }), {
              default: [],
              description: 'Any one of these roles makes a caller a member.',
            }),
            projects: Type.Array(Type.String({ minLength: 1 }), {
              default: [],
              description: 'Project ids whose callers are members.',
            }),
            points: points('The points of members, instead of those of the limit.'),
            burst: Type.Optional(burst('The short window of members; that of the limit when left out.')),
          },
          closed,
        ),
        {
          minItems: 1,
          description:
            'Callers with an allowance of their own; the first group that fits counts. None when left out.',
        },
      ),
    ),
    burst: Type.Optional(
      burst('A second, shorter window, so that an allowance is not spent in one moment. None when left out.'),
    ),
    costs: Type.Optional(
      Type.Record(Type.String(), points('The points that one request of this operation takes.'), {
        description: 'Points by operation; a request of any other takes one.',
      }),
    ),
    perImage: Type.Optional(
      Type.Object(
        {
          maxKeys: Type.Integer({
            minimum: 1,
            maximum: 100_000,
            description: 'Counters for each counted party; past it, images share them.',
          }),
        },
        { ...closed, description: 'Counts each image apart; all together when left out.' },
      ),
    ),
    mode: mode('a request over the limit is refused'),
  },
  { ...closed, description: 'A named rate limit.' },
);

export const stageUseSchema = Type.Object(
  {
    use: Type.String({
      minLength: 1,
      description: 'The name of a stage; `images-gateway stages` lists them.',
    }),
    mode: mode('what the stage denies is refused'),
    with: Type.Record(Type.String(), Type.Unknown(), {
      default: {},
      description: 'The options of the stage.',
    }),
    until: Type.Optional(
      day(
        'The last day of flag mode, in UTC. Afterwards the policy warns, or enforces. Without it flag mode has no end.',
      ),
    ),
    afterwards: Type.Optional(
      Type.Enum(['flag', 'enforce'], {
        description: 'After `until`: flag goes on (the default), or the stage enforces.',
      }),
    ),
  },
  { ...closed, description: 'One step of a route.' },
);

const way = {
  upstream: Type.String({
    computed: 'When left out: the only upstream of the configuration.',
    description: 'The name of an upstream in the configuration.',
  }),
  body: Type.Object(
    {
      maxBytes: Type.Integer({
        minimum: 1,
        maximum: largestBody,
        default: 65_536,
        description: 'A body that stages judge may be so long, in bytes; a longer one is refused with 413.',
      }),
      keys: Type.Enum(['as-sent', 'lower'], {
        default: 'as-sent',
        description: 'lower: metadata keys are folded to lower case before they are judged and forwarded.',
      }),
    },
    { ...closed, default: {}, description: 'How a body is read.' },
  ),
  upgrade: Type.Boolean({
    default: false,
    description: 'Whether the connection may be upgraded, e.g. to WebSocket.',
  }),
  stages: Type.Array(stageUseSchema, {
    default: [],
    description: 'The steps, in the order in which they judge.',
  }),
};

export const routeSchema = Type.Object(
  {
    id: name('The name of the route in metrics, logs and limits.'),
    match: Type.Union(
      [
        Type.Object(
          {
            operations: Type.Array(Type.String({ minLength: 1 }), {
              minItems: 1,
              uniqueItems: true,
              description: 'Guarded calls of the API, in every spelling the service takes.',
            }),
          },
          closed,
        ),
        Type.Object(
          {
            path: Type.String({
              minLength: 1,
              maxLength: 512,
              description: 'A path: `:name` stands for one segment, `**` at the end for any rest.',
            }),
            methods: methods('The methods that match. Empty: all.'),
          },
          closed,
        ),
      ],
      { description: 'Which requests take this route: `operations`, or `path` with `methods`.' },
    ),
    ...way,
  },
  { ...closed, description: 'Which requests go where, and which stages judge them.' },
);

export const fallbackSchema = Type.Object(way, {
  ...closed,
  description: 'What happens to requests that no route matches. Without it they are answered 404.',
});

export const policyFileSchema = Type.Object(
  {
    version: Type.Literal(1, { description: 'The version of this file format.' }),
    limits: Type.Array(limitSchema, { default: [], description: 'Named rate limits.' }),
    routes: Type.Array(routeSchema, { default: [], description: 'Routes; the order does not matter.' }),
    default: Type.Optional(fallbackSchema),
    exempt: Type.Array(exemptionSchema, { default: [], description: 'Exceptions, each with an end.' }),
  },
  {
    ...closed,
    title: 'Policy file of images-gateway',
    description: 'Routes, their stages, and rate limits.',
  },
);

export type PolicyFile = Static<typeof policyFileSchema>;
export type RouteEntry = Static<typeof routeSchema>;
export type FallbackEntry = Static<typeof fallbackSchema>;
export type StageEntry = Static<typeof stageUseSchema>;
