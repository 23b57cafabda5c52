import type { Secret } from '../core/secret.ts';
import { Type } from '../core/type.ts';
import { clientTls } from './tls-schema.ts';
import { closed, count, held, milliseconds, port, secret } from './values.ts';

const text = (description: string) => Type.String({ minLength: 1, description });

const login = {
  username: Type.Optional(text('Name of an ACL user; the default user when left out.')),
  password: Type.Optional(
    secret('Password of that user, or the one that `requirepass` sets; none is sent when left out.'),
  ),
};

const tls = clientTls(
  'Redis',
  'Encrypts the connections; {} with the authorities that Node.js trusts. Not encrypted when left out.',
);

const nodes = (defaultPort: number, description: string) =>
  Type.Array(
    Type.Object({ host: held('host', 'Address or name.'), port: port('Port.', defaultPort) }, closed),
    { minItems: 1, description },
  );

const shared = {
  prefix: Type.String({
    pattern: '^[A-Za-z0-9._-]{1,64}$',
    expects: 'up to 64 letters, digits, dots, underscores and hyphens',
    default: 'images-gateway',
    description: 'First part of every key; installations that share a Redis need different ones.',
  }),
  budgetMs: milliseconds('The longest that one call to Redis takes before the rule below decides.', 50),
  whenDown: Type.Enum(['local-share', 'allow', 'deny'], {
    default: 'local-share',
    description:
      'While Redis is down: each gateway grants its share of each limit, or everything, or nothing.',
  }),
  replicas: count('How many gateways share the limits.', 1, 1, 10_000),
};

const database = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 65_535, description: 'Number of the database; 0 when left out.' }),
);

export const limitsSchema = Type.Union(
  [
    Type.Object(
      { store: Type.Literal('memory', { description: 'Each gateway counts for itself.' }) },
      closed,
    ),
    Type.Object(
      {
        store: Type.Literal('redis', { description: 'All gateways count together, in Redis or Valkey.' }),
        url: held<Secret>(
          'redis-url',
          'redis://, rediss:// or unix:// address; with a password in it only as env:NAME or file:PATH.',
        ),
        ...login,
        tls: Type.Optional(tls),
        ...shared,
      },
      closed,
    ),
    Type.Object(
      {
        store: Type.Literal('redis-sentinel', {
          description: 'The same, with the server that Sentinels name as master.',
        }),
        name: text('The name of the master that the Sentinels watch.'),
        nodes: nodes(26_379, 'The Sentinels.'),
        sentinelUsername: Type.Optional(
          text('Name of an ACL user of the Sentinels; the default user when left out.'),
        ),
        sentinelPassword: Type.Optional(secret('Password at the Sentinels; none is sent when left out.')),
        database,
        ...login,
        tls: Type.Optional(tls),
        ...shared,
      },
      closed,
    ),
    Type.Object(
      {
        store: Type.Literal('redis-cluster', { description: 'The same, spread over a Redis Cluster.' }),
        nodes: nodes(6379, 'Some nodes of the cluster; the others are learned from them.'),
        ...login,
        tls: Type.Optional(tls),
        ...shared,
      },
      closed,
    ),
  ],
  { default: { store: 'memory' }, description: 'Where rate limits are counted.' },
);
