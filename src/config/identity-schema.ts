import { Type } from '../core/type.ts';
import type { StaticToken } from './static-tokens.ts';
import { clientTls } from './tls-schema.ts';
import { closed, count, held, milliseconds, secret } from './values.ts';

const text = (description: string) => Type.String({ minLength: 1, description });
const domain = (description: string) => Type.String({ minLength: 1, default: 'Default', description });
const kind = <K extends string>(value: K, description: string) => Type.Literal(value, { description });

const callerCredential = Type.Object(
  { kind: kind('caller', 'No credential of its own: each token vouches for itself.') },
  closed,
);

const passwordOfV3 = Type.Object(
  {
    kind: kind('password', 'A service user with a password.'),
    username: Type.Optional(text('Name of the service user; or give its id.')),
    userId: Type.Optional(text('Id of the service user, instead of name and domain.')),
    password: secret('Password of the service user.'),
    userDomain: domain('Name of the domain of the service user.'),
    project: Type.Optional(text('Name of the project that the service user works in; or give its id.')),
    projectId: Type.Optional(text('Id of that project, instead of name and domain.')),
    projectDomain: domain('Name of the domain of that project.'),
  },
  closed,
);

const applicationCredential = Type.Object(
  {
    kind: kind('application-credential', 'An application credential of Keystone.'),
    id: text('Id of the application credential.'),
    secret: secret('Secret of the application credential.'),
  },
  closed,
);

const passwordOfV2 = Type.Object(
  {
    kind: kind('password', 'A service user with a password.'),
    username: text('Name of the service user.'),
    password: secret('Password of the service user.'),
    project: Type.Optional(
      text('Name of the tenant that the service user works in; the service of Rackspace needs none.'),
    ),
  },
  closed,
);

const apiKeyOfV2 = Type.Object(
  {
    kind: kind('api-key', 'A service user with an API key, as Rackspace has them.'),
    username: text('Name of the service user.'),
    apiKey: secret('API key of the service user.'),
  },
  closed,
);

const cache = Type.Object(
  {
    seconds: count('How long a validated token is believed, in seconds; 0: not at all.', 60, 0, 86_400),
    negativeSeconds: count('How long a refused token is refused without asking, in seconds.', 5, 0, 3600),
    entries: count('How many tokens are remembered.', 200_000, 1, 10_000_000),
  },
  { ...closed, default: {}, description: 'The memory of validated and refused tokens.' },
);

const failedLookups = Type.Object(
  {
    most: count(
      'How many look-ups with an invalid token one client may cause in the time.',
      120,
      1,
      1_000_000,
    ),
    seconds: count('The time, in seconds.', 60, 1, 86_400),
  },
  {
    ...closed,
    default: {},
    description:
      'How many bad tokens of one client are looked up. A client is an IPv4 address or the /64 of an IPv6 address; tokens in the cache are not concerned.',
  },
);

const grace = Type.Object(
  {
    seconds: count('How long beyond its time in the cache a token is believed, in seconds.', 300, 1, 86_400),
    uses: count('How often, of all callers together, during one outage.', 1000, 1, 10_000_000),
  },
  {
    ...closed,
    description:
      'While Keystone is down, whom it vouched for lately may go on reading, on routes whose `authenticate` has `grace: reads`. None when left out.',
  },
);

const shared = Type.Object(
  { key: secret('What entries are sealed with, the same on all replicas: 32 random bytes or more.') },
  {
    ...closed,
    description:
      'Share validated tokens between replicas, sealed, in the Redis of `limits`. They are not shared when left out.',
  },
);

const tls = clientTls(
  'Keystone',
  'Certificates, for an https:// address. Nothing turns the check of the certificate off; left out, it is checked by the authorities that Node.js trusts.',
);

const keystone = {
  url: held('identity-url', 'Address of Keystone, without its version.'),
  publicUrl: held('url', 'Address that clients are told in WWW-Authenticate.', {
    computed: 'When left out: `url`.',
  }),
  tls: Type.Optional(tls),
  timeoutMs: milliseconds('The longest that one token look-up takes, retries included.', 3000),
  cache,
  catalog: Type.Boolean({
    default: false,
    description: 'Keep the service catalogue of each token, for `authenticate` with `catalog: true`.',
  }),
  failedLookups,
  grace: Type.Optional(grace),
  shared: Type.Optional(shared),
};

const credential = 'By what right the gateway asks Keystone about a token.';

export const identitySchema = Type.Union(
  [
    Type.Object(
      {
        kind: kind('keystone-v3', 'Keystone with the Identity API v3.'),
        credential: Type.Union([passwordOfV3, applicationCredential, callerCredential], {
          description: credential,
        }),
        ...keystone,
      },
      closed,
    ),
    Type.Object(
      {
        kind: kind('keystone-v2', 'Keystone or another service with the Identity API v2.0.'),
        credential: Type.Union([passwordOfV2, apiKeyOfV2, callerCredential], { description: credential }),
        ...keystone,
        groups: Type.Boolean({
          default: false,
          description:
            "Ask for each user's groups too (RAX-KSGRP), for `authenticate` with `compat: repose`.",
        }),
      },
      closed,
    ),
    Type.Object(
      {
        kind: kind('static', 'A list of tokens in a file, for demonstrations and tests.'),
        tokens: held<readonly StaticToken[]>(
          'static-tokens',
          'The file with the tokens, as file:PATH; it holds hashes, no tokens.',
          { pattern: '^file:.+$', expects: 'file:PATH, a path relative to this file' },
        ),
        publicUrl: held('url', 'Address that clients are told in WWW-Authenticate.'),
        cache,
      },
      closed,
    ),
  ],
  { description: 'Who says whose a token is.' },
);
