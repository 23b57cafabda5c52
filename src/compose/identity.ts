import { createHttpClient } from '../adapters/http-client.ts';
import { keystoneTiming } from '../adapters/keystone-call.ts';
import type { KeystoneCredential } from '../adapters/keystone-credential.ts';
import type { ServiceTokens } from '../adapters/keystone-service-token.ts';
import { createKeystoneV2 } from '../adapters/keystone-v2.ts';
import { createKeystoneV3 } from '../adapters/keystone-v3.ts';
import type { Redis } from '../adapters/redis-client.ts';
import { createRevocationFeed } from '../adapters/revocation-feed.ts';
import { createSharedTokenCache } from '../adapters/shared-token-cache.ts';
import { createStaticTokens } from '../adapters/static-tokens.ts';
import type { TokenSource } from '../adapters/token-source.ts';
import { createTokens, type Tokens, type TokensOptions } from '../adapters/tokens.ts';
import type { GatewayConfig } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';
import { clientNetwork } from '../stages/client-network.ts';
import { originTls } from './origin-tls.ts';

type Identity = GatewayConfig['identity'];
type Keystone = Exclude<Identity, { kind: 'static' }>;
type V3Credential = Extract<Identity, { kind: 'keystone-v3' }>['credential'];

interface Outside {
  readonly clock: ClockPort;
  readonly meters: Meters;
  readonly log: Log;
}

/** Most clients whose failed look-ups are counted. */
const countedClients = 100_000;

/** The tokens port that `identity:` describes. */
export const composeTokens = (
  { identity, limits }: Pick<GatewayConfig, 'identity' | 'limits'>,
  redis: Redis | undefined,
  outside: Outside,
): { readonly tokens: Tokens; readonly own: ServiceTokens | undefined; close(): Promise<void> } => {
  const client =
    identity.kind === 'static'
      ? undefined
      : createHttpClient({
          origin: identity.url,
          connections: 16,
          timeoutMs: identity.timeoutMs,
          tls: originTls(identity.tls),
        });
  const timing = identity.kind === 'static' ? undefined : keystoneTiming(identity.timeoutMs);
  const source: TokenSource =
    client === undefined || identity.kind === 'static'
      ? createStaticTokens({ tokens: identity.kind === 'static' ? identity.tokens : [], ...outside })
      : identity.kind === 'keystone-v3'
        ? createKeystoneV3({
            ...identity,
            client,
            credential: v3Credential(identity.credential),
            timing,
            ...outside,
          })
        : createKeystoneV2({ ...identity, client, timing, ...outside });
  const prefix = limits.store === 'memory' ? '' : limits.prefix;
  const tokens = createTokens({
    source,
    challengeUri: identity.publicUrl ?? '',
    cache: identity.cache,
    openFeed:
      redis &&
      ((onRecord) =>
        createRevocationFeed({ redis, onRecord, key: `${prefix}:revocations`, log: outside.log })),
    ...(identity.kind !== 'static' && keystoneOptions(identity, redis, prefix, outside)),
    ...outside,
  });
  return {
    tokens,
    own: source.own,
    close: async () => {
      tokens.close();
      await client?.close();
    },
  };
};

const keystoneOptions = (
  { timeoutMs, failedLookups, grace, shared }: Keystone,
  redis: Redis | undefined,
  prefix: string,
  outside: Outside,
): Pick<TokensOptions, 'deadlineMs' | 'failureLimit' | 'grace' | 'shared'> => ({
  deadlineMs: timeoutMs,
  failureLimit: {
    failures: failedLookups.most,
    seconds: failedLookups.seconds,
    clients: countedClients,
    network: clientNetwork,
  },
  grace,
  shared:
    redis &&
    shared &&
    createSharedTokenCache({ redis, key: shared.key, keyPrefix: `${prefix}:token:`, ...outside }),
});

const v3Credential = (credential: V3Credential): KeystoneCredential => {
  if (credential.kind === 'caller') return { kind: 'caller' };
  if (credential.kind === 'application-credential') {
    return { kind: 'application-credential', credential: { id: credential.id }, secret: credential.secret };
  }
  const { userId, username = '', userDomain, projectId, project = '', projectDomain } = credential;
  const byName = (name: string, domain: string) => ({ name, domain: { name: domain } });
  return {
    kind: 'password',
    user: userId === undefined ? byName(username, userDomain) : { id: userId },
    password: credential.password,
    project: projectId === undefined ? byName(project, projectDomain) : { id: projectId },
  };
};
