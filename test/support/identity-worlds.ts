import type { TestContext } from 'node:test';
import { createHttpClient, type HttpClient } from '../../src/adapters/http-client.ts';
import type { KeystoneCredential } from '../../src/adapters/keystone-credential.ts';
import { createKeystoneV2, type KeystoneV2Credential } from '../../src/adapters/keystone-v2.ts';
import { createKeystoneV3 } from '../../src/adapters/keystone-v3.ts';
import { createStaticTokens } from '../../src/adapters/static-tokens.ts';
import { type TokenSource, tokenHash } from '../../src/adapters/token-source.ts';
import { Secret } from '../../src/core/secret.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { demoCall } from './demo-call.ts';
import { recordingLog } from './recording.ts';

/** Users of the demo cloud and of the real one alike: name, password, project and roles. */
export const people = {
  demo: { password: 'demopw', project: 'demo', roles: ['member', 'reader'] },
  reader: { password: 'readerpw', project: 'demo', roles: ['reader'] },
  other: { password: 'otherpw', project: 'other', roles: ['member', 'reader'] },
} as const;
export type Person = keyof typeof people;

/** A running identity service and the gateway's adapter for it. */
export interface IdentityWorld {
  readonly source: TokenSource;
  /** A new token of this user, scoped to the user's project. */
  tokenOf(person: Person): Promise<string>;
  /** The same user's token without a scope. */
  unscopedToken(): Promise<string>;
  revoke(token: string): Promise<void>;
  /** A token of an application credential that may only `GET /v2.1/images/**` of the compute service. */
  restrictedToken(): Promise<string>;
  /** The adapter with a credential that the service refuses. */
  readonly misconfigured: TokenSource;
}

export interface WorldRow {
  readonly name: string;
  /** It can give unscoped tokens and revoke. */
  readonly service: boolean;
  /** The gateway has a credential of its own, which can be wrong. */
  readonly credential: boolean;
  /** It knows access rules, which came with v3. */
  readonly rules: boolean;
  open(t: TestContext): Promise<IdentityWorld>;
}

const clock = { now: Date.now };
const byName = (name: string) => ({ name, domain: { id: 'default' } });

const passwordV3 = (password = 'servicepw'): KeystoneCredential => ({
  kind: 'password',
  user: byName('gateway'),
  password: new Secret(password),
  project: byName('service'),
});
const passwordV2 = (password = 'servicepw'): KeystoneV2Credential => ({
  kind: 'password',
  username: 'gateway',
  password: new Secret(password),
  project: 'service',
});

const both = (source: TokenSource) => ({ source, misconfigured: source });
const v3 = (client: HttpClient, credential: KeystoneCredential): TokenSource =>
  createKeystoneV3({ client, credential, clock, log: recordingLog() });
const v2 = (client: HttpClient, credential: KeystoneV2Credential): TokenSource =>
  createKeystoneV2({ client, credential, clock, log: recordingLog() });

const signIn = async (url: string, person: Person, scoped: boolean): Promise<string> => {
  const { password, project } = people[person];
  const identity = { methods: ['password'], password: { user: { ...byName(person), password } } };
  const scope = scoped ? { project: byName(project) } : 'unscoped';
  const { headers } = await demoCall(url, 'POST', '/v3/auth/tokens', { body: { auth: { identity, scope } } });
  return String(headers['x-subject-token']);
};

const keystone = (
  t: TestContext,
  url: string,
  make: (client: HttpClient) => Pick<IdentityWorld, 'source' | 'misconfigured'>,
  restrictedToken: () => Promise<string>,
): IdentityWorld => {
  const client = createHttpClient({ origin: url, connections: 8, timeoutMs: 5000 });
  t.after(() => client.close());
  return {
    ...make(client),
    restrictedToken,
    tokenOf: (person) => signIn(url, person, true),
    unscopedToken: () => signIn(url, 'demo', false),
    revoke: async (token) => {
      await demoCall(url, 'DELETE', '/v3/auth/tokens', { token, headers: { 'x-subject-token': token } });
    },
  };
};

/** Makes an application credential for the time of the test. */
const restrictedAt = async (t: TestContext, url: string): Promise<string> => {
  const token = await signIn(url, 'demo', true);
  const shown = await demoCall(url, 'GET', '/v3/auth/tokens', {
    token,
    headers: { 'x-subject-token': token },
  });
  const place = `/v3/users/${shown.json.token.user.id}/application_credentials`;
  const access_rules = [{ service: 'compute', method: 'GET', path: '/v2.1/images/**' }];
  const wanted = { name: `contract-${Date.now()}`, secret: 'for-a-moment', access_rules };
  const made = await demoCall(url, 'POST', place, { token, body: { application_credential: wanted } });
  const { id } = made.json.application_credential;
  t.after(() => demoCall(url, 'DELETE', `${place}/${id}`, { token }));
  const credential = { id, secret: wanted.secret };
  const identity = { methods: ['application_credential'], application_credential: credential };
  const { headers } = await demoCall(url, 'POST', '/v3/auth/tokens', { body: { auth: { identity } } });
  return String(headers['x-subject-token']);
};

const adapters: readonly (readonly [
  string,
  (client: HttpClient) => Pick<IdentityWorld, 'source' | 'misconfigured'>,
])[] = [
  [
    'v3 with a password',
    (client) => ({ source: v3(client, passwordV3()), misconfigured: v3(client, passwordV3('wrong')) }),
  ],
  ["v3 with the caller's own token", (client) => both(v3(client, { kind: 'caller' }))],
];
const olderAdapters: typeof adapters = [
  [
    'v2.0 with a password',
    (client) => ({ source: v2(client, passwordV2()), misconfigured: v2(client, passwordV2('wrong')) }),
  ],
  ["v2.0 with the caller's own token", (client) => both(v2(client, { kind: 'caller' }))],
];

const simulated: readonly WorldRow[] = [...adapters, ...olderAdapters].map(([name, make]) => ({
  name: `the demo cloud, ${name}`,
  service: true,
  credential: name.endsWith('password'),
  rules: name.startsWith('v3'),
  open: async (t) => {
    const cloud = await startDemoCloud();
    t.after(() => cloud.close());
    return keystone(t, cloud.identityUrl, make, async () => seedIds.tokens.restricted);
  },
}));

const listed: WorldRow = {
  name: 'a static list',
  service: false,
  credential: false,
  rules: false,
  open: async () => {
    const tokens = (Object.keys(people) as Person[]).map((name) => ({
      sha256: tokenHash(`token-of-${name}`),
      user: { id: `id-of-${name}`, name },
      project: { id: seedIds.projects[people[name].project], name: people[name].project },
      roles: people[name].roles,
    }));
    const never = () => Promise.reject(new Error('A list has no such thing.'));
    return {
      ...both(createStaticTokens({ tokens, clock })),
      tokenOf: async (name) => `token-of-${name}`,
      unscopedToken: never,
      revoke: never,
      restrictedToken: never,
    };
  },
};

/** A real Keystone with the users above, where one is running: its address is in `IMAGES_GATEWAY_TEST_KEYSTONE`. */
const realUrl = process.env['IMAGES_GATEWAY_TEST_KEYSTONE'];
const real: readonly WorldRow[] =
  realUrl === undefined
    ? []
    : adapters.map(([name, make]) => ({
        name: `a real Keystone, ${name}`,
        service: true,
        credential: name.endsWith('password'),
        rules: true,
        open: async (t) => keystone(t, realUrl, make, () => restrictedAt(t, realUrl)),
      }));

export const identityWorlds: readonly WorldRow[] = [listed, ...simulated, ...real];
