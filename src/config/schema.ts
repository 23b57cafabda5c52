import { type Static, Type } from '../core/type.ts';
import { identitySchema } from './identity-schema.ts';
import { limitsSchema } from './limits-schema.ts';
import { listenerTls } from './tls-schema.ts';
import { upstreamSchema } from './upstream-schema.ts';
import { closed, count, held, milliseconds, port, secret } from './values.ts';

const section = (description: string) => ({ ...closed, default: {}, description });

export const configSchema = Type.Object(
  {
    version: Type.Literal(1, { description: 'The version of this file format.' }),
    listen: Type.Object(
      {
        host: held('host', 'Address or name to listen on; 0.0.0.0 or :: for all.', { default: '127.0.0.1' }),
        port: port('Port to listen on; 0 takes any that is free.', 8080),
        tls: Type.Optional(listenerTls),
      },
      section('Where clients are served.'),
    ),
    admin: Type.Object(
      {
        host: held('host', 'Address or name to listen on.', { default: '127.0.0.1' }),
        port: port('Port to listen on; 0 takes any that is free.', 9901),
        tls: Type.Optional(listenerTls),
        token: Type.Optional(secret('Bearer token; required unless `host` is a loopback address.')),
        writes: Type.Optional(
          Type.Boolean({
            computed: 'When left out: true with a token, false without one.',
            description:
              'Whether requests may reload policies, reset limits, revoke tokens and set the log level.',
          }),
        ),
      },
      section('Where metrics, health and administration are served.'),
    ),
    upstreams: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }), upstreamSchema, {
      minProperties: 1,
      expects: 'lower-case letters, digits and hyphens, beginning with a letter, at most 63',
      description: 'The services behind the gateway, by name.',
    }),
    lookups: Type.Object(
      {
        compute: Type.String({
          computed: 'When left out: the only upstream.',
          description: 'Name of the upstream that is asked about servers and images.',
        }),
        image: Type.Optional(
          Type.String({
            description:
              'Name of the upstream that is asked about images of the image API; guarded calls of that API that need a look-up are refused when it is left out.',
          }),
        ),
        servers: Type.Optional(
          Type.Enum(['caller', 'service'], {
            default: 'caller',
            description:
              'In whose name servers are listed. caller: those of the project of the caller. service: those of all projects, by the credential of `identity`, which needs the role admin; see `scope` of disk-config-guard.',
          }),
        ),
        timeoutMs: milliseconds('The longest that one question takes.', 3000),
        cacheMs: milliseconds('How long an answer is used again.', 2000, 0),
        maxPages: count('How many pages of a list are read at most.', 20, 1, 10_000),
      },
      section('Questions of the gateway about servers and images.'),
    ),
    identity: identitySchema,
    limits: limitsSchema,
    policies: Type.Object(
      {
        dir: held('folder', 'The policy folder, relative to this file.', { default: 'policies' }),
        watch: Type.Optional(
          Type.Boolean({ default: true, description: 'Load the policies anew when their files change.' }),
        ),
        lastGood: Type.Optional(
          held(
            'file',
            'A file in which the gateway keeps the policies that loaded last, as a bundle. If the folder does not load at a start, these are served, and it is said loudly; without this the gateway does not start then. Relative to this file.',
          ),
        ),
      },
      section('The rules, which are live.'),
    ),
    rollout: Type.Optional(
      Type.Object(
        {
          dir: held(
            'folder',
            'The folder of candidates: policy folders and bundles that may be staged, by their name in it. Relative to this file.',
          ),
          state: held(
            'file',
            'A file in which the gateway remembers the roll-out over a restart. Relative to this file.',
          ),
        },
        {
          ...closed,
          description: 'A second revision for some projects. When left out: none can be staged.',
        },
      ),
    ),
    trustedProxies: Type.Array(held('network', 'An address, or a block such as 10.0.0.0/8.'), {
      default: [],
      uniqueItems: true,
      description: 'Proxies whose Forwarded and X-Forwarded-For are believed.',
    }),
    timeouts: Type.Object(
      {
        headersMs: milliseconds('The longest that a client takes to send its headers.', 10_000),
        requestMs: milliseconds('The longest that a client takes to send its whole request.', 60_000),
        keepAliveMs: milliseconds('How long an idle connection stays open.', 65_000),
        drainMs: milliseconds('How long a gateway that stops goes on serving first.', 5000, 0),
      },
      section('Patience with clients.'),
    ),
    resizes: Type.Object(
      {
        rememberMs: Type.Integer({
          minimum: 1000,
          maximum: 30 * 86_400_000,
          default: 86_400_000,
          description: 'How long a resize that passed the gateway is remembered. In milliseconds.',
        }),
        lagMs: milliseconds('How long the upstream may take to list a resize.', 10_000, 0),
      },
      section('Resizes that pass the gateway.'),
    ),
    log: Type.Object(
      {
        level: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], {
          default: 'info',
          description: 'The least important lines that are written.',
        }),
        access: Type.Boolean({ default: true, description: 'Write one line for each request.' }),
        decisions: Type.Boolean({ default: true, description: 'Write one line for each decision.' }),
        sample: Type.Optional(
          count(
            'Of requests that passed with a status below 400, one in so many has its lines written; those that were refused, flagged or failed always have. The lines tell the number.',
            1,
            1,
            1_000_000,
          ),
        ),
        decisionFile: Type.Optional(
          Type.String({
            minLength: 1,
            description:
              'A file that decisions are appended to, with masked bodies, for `images-gateway replay`; none when left out. Relative to the working folder of the process.',
          }),
        ),
        recentDecisions: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 10_000,
            default: 200,
            description: 'Decisions kept in memory for `GET /decisions` of the admin listener.',
          }),
        ),
      },
      section('What is logged.'),
    ),
    workers: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 256 }), Type.Literal('auto')], {
        default: 1,
        description:
          'Processes that serve clients, as one gateway to all who look at it; auto: one for each core that this process may use.',
      }),
    ),
    maxInFlight: count('Requests served at once; more are answered 503.', 2000, 1, 1_000_000),
    overload: Type.Object(
      {
        maxBodyBytes: count(
          'Bytes of bodies held in memory at once, of all requests; beyond that 503.',
          134_217_728,
          65_536,
          68_719_476_736,
        ),
        maxLagMs: milliseconds(
          'How late the event loop may be; beyond that a growing share is answered 503. 0: no matter.',
          500,
          0,
        ),
        maxConnections: count('Connections of clients; further ones are closed.', 20_000, 1, 1_000_000),
      },
      section('What a flood may take.'),
    ),
  },
  {
    ...closed,
    title: 'Configuration of images-gateway',
    description: 'Settings of the process; a change needs a restart.',
  },
);

/** The whole configuration: checked, defaults filled in, secrets fetched, frozen. */
export type GatewayConfig = Static<typeof configSchema>;
