import { createHttpClient } from './adapters/http-client.ts';
import type { KeystoneCredential } from './adapters/keystone-credential.ts';
import { createKeystoneV2 } from './adapters/keystone-v2.ts';
import { createKeystoneV3 } from './adapters/keystone-v3.ts';
import { createStaticTokens } from './adapters/static-tokens.ts';
import { createTokens, type Tokens } from './adapters/tokens.ts';
import type { GatewayConfig } from './config/schema.ts';
import type { Log } from './core/log.ts';
import type { Meters } from './core/meters.ts';
import type { ClockPort } from './core/ports.ts';

type Identity = GatewayConfig['identity'];
type V3Credential = Extract<Identity, { kind: 'keystone-v3' }>['credential'];

/** The tokens port that `identity:` describes. */
export const composeTokens = (
  identity: Identity,
  outside: { readonly clock: ClockPort; readonly meters: Meters; readonly log: Log },
): { readonly tokens: Tokens; close(): Promise<void> } => {
  if (identity.kind === 'static') {
    const source = createStaticTokens({ tokens: identity.tokens, clock: outside.clock });
    return {
      tokens: createTokens({ source, challengeUri: identity.publicUrl ?? '', ...outside }),
      close: async () => {},
    };
  }
  const client = createHttpClient({ origin: identity.url, connections: 16, timeoutMs: identity.timeoutMs });
  const source =
    identity.kind === 'keystone-v3'
      ? createKeystoneV3({ client, credential: v3Credential(identity.credential), ...outside })
      : createKeystoneV2({ client, credential: identity.credential, ...outside });
  const tokens = createTokens({
    source,
    challengeUri: identity.publicUrl ?? identity.url,
    cache: identity.cache,
    deadlineMs: identity.timeoutMs,
    ...outside,
  });
  return { tokens, close: () => client.close() };
};

const v3Credential = (credential: V3Credential): KeystoneCredential => {
  if (credential.kind === 'caller') return { kind: 'caller' };
  if (credential.kind === 'application-credential') {
    return { kind: 'application-credential', credential: { id: credential.id }, secret: credential.secret };
  }
  return {
    kind: 'password',
    user: { name: credential.username, domain: { name: credential.userDomain } },
    password: credential.password,
    project: { name: credential.project, domain: { name: credential.projectDomain } },
  };
};
