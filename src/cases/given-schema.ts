import { type Static, Type } from '../core/type.ts';

const closed = { additionalProperties: false } as const;
const word = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 255, description }));

const accessRule = Type.Object(
  {
    service: Type.String({ description: 'Service type, e.g. compute.' }),
    method: Type.String({ description: 'HTTP method.' }),
    path: Type.String({ description: "Keystone's pattern of the path." }),
  },
  { ...closed, description: 'One call that an application credential may make.' },
);

export const personSchema = Type.Object(
  {
    user: word('User id; `u1` when left out.'),
    project: word('Project id; `p1` when left out.'),
    roles: Type.Array(Type.String(), { default: [], description: 'Roles of the token.' }),
    scope: Type.Enum(['project', 'system', 'none'], {
      default: 'project',
      description: 'What the token is for.',
    }),
    bound: Type.Boolean({ default: false, description: 'The token is bound to a TLS or Kerberos peer.' }),
    accessRules: Type.Optional(
      Type.Array(accessRule, { description: 'Access rules of an application credential.' }),
    ),
  },
  { ...closed, description: 'One caller.' },
);

const uuid = word('A UUID in lower case.');

const serverSchema = Type.Object(
  {
    id: uuid,
    status: Type.String({ default: 'ACTIVE', description: "Nova's status, e.g. VERIFY_RESIZE." }),
    diskConfig: Type.Enum(['AUTO', 'MANUAL'], { default: 'AUTO', description: 'OS-DCF:diskConfig.' }),
    image: word('Id of its image; that of the request when left out.'),
    fromVolume: Type.Boolean({
      default: false,
      description: 'It boots from a volume: the API shows no image.',
    }),
    project: word("Its project; the caller's when left out."),
    changedSecondsAgo: Type.Optional(Type.Integer({ minimum: 0, description: 'Age of its last change.' })),
  },
  { ...closed, description: 'A server.' },
);

const resizeSchema = Type.Object(
  {
    server: uuid,
    image: word('Id of its image; that of the request when left out.'),
    fromVolume: Type.Boolean({ default: false, description: 'It boots from a volume.' }),
    project: word("Its project; the caller's when left out."),
    secondsAgo: Type.Integer({ minimum: 0, default: 1, description: 'How long ago it passed.' }),
  },
  { ...closed, description: 'A resize that passed the gateway and has not ended.' },
);

const imageSchema = Type.Object(
  {
    metadata: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Its properties before the request.' }),
    ),
    visibility: Type.Enum(['private', 'shared', 'community', 'public'], {
      default: 'private',
      description: 'Who may see it.',
    }),
    answer: Type.Enum(['found', 'missing', 'forbidden', 'unavailable'], {
      default: 'found',
      description: 'What the cloud says when it is asked for the image.',
    }),
  },
  { ...closed, description: 'The image of the request.' },
);

const limitsSchema = Type.Object(
  {
    used: Type.Record(Type.String(), Type.Integer({ minimum: 0, description: 'Points used.' }), {
      default: {},
      description: 'Points that are used already in the present window, by name of the limit.',
    }),
    resetSeconds: Type.Integer({ minimum: 1, default: 60, description: 'Seconds until the windows end.' }),
    store: Type.Enum(['up', 'down'], {
      default: 'up',
      description: 'Whether the store of the counters answers.',
    }),
  },
  { ...closed, description: 'The state of the rate limits. When left out: nothing is used.' },
);

const upDown = (description: string) => Type.Optional(Type.Enum(['up', 'down'], { description }));

/** The world that a request meets. Everything may be left out: then all is well and nothing is going on. */
export const givenSchema = Type.Object(
  {
    identity: word(
      'Who calls: member (the default), reader, admin, other, a name of `identities`; or none, invalid, limited, unavailable.',
    ),
    service: word('Who the X-Service-Token is of; none when left out.'),
    image: Type.Optional(imageSchema),
    servers: Type.Optional(
      Type.Array(serverSchema, {
        description: 'The servers of the cloud. When left out: the server of the path is ACTIVE.',
      }),
    ),
    compute: Type.Optional(
      Type.Enum(['up', 'forbidden', 'unavailable'], {
        description: 'What the compute service says when it is asked about servers.',
      }),
    ),
    resizes: Type.Optional(Type.Array(resizeSchema, { description: 'Resizes that the gateway remembers.' })),
    memory: upDown('Whether the memory of resizes answers.'),
    order: Type.Optional(
      Type.Enum(['free', 'busy', 'unavailable'], {
        description: 'Whether another write of the same image is under way.',
      }),
    ),
    limits: Type.Optional(limitsSchema),
    cloudLimits: upDown('Whether the cloud tells its own limits.'),
    address: word("The client's address; 192.0.2.1 when left out."),
    time: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
        expects: 'a time in UTC such as 2026-11-23T14:30:00Z',
        description: 'The moment of the request, in UTC; 2026-11-23T14:30:00Z when left out.',
      }),
    ),
  },
  { ...closed, default: {}, description: 'The world that the request meets.' },
);

export type Given = Static<typeof givenSchema>;
export type Person = Static<typeof personSchema>;
