import type { Log } from '../core/log.ts';
import type { ClockPort } from '../core/ports.ts';
import type { HttpClient } from './http-client.ts';
import { createKeystoneCaller, type KeystoneTiming, keystoneTiming } from './keystone-call.ts';
import { authBody, type KeystoneCredential, type OwnCredential } from './keystone-credential.ts';
import { createKeystoneLookup } from './keystone-lookup.ts';
import { createServiceTokens, type SignIn } from './keystone-service-token.ts';
import { identityOfV3, parsed } from './keystone-token-body.ts';
import type { TokenSource } from './token-source.ts';

export interface KeystoneV3Options {
  /** To Keystone's root: the paths asked for begin with `/v3/`. */
  readonly client: HttpClient;
  readonly credential: KeystoneCredential;
  readonly clock: ClockPort;
  readonly log: Log;
  /** Ask for the service catalogue too: some kilobytes more with each token. */
  readonly catalog?: boolean;
  readonly timing?: KeystoneTiming | undefined;
  readonly random?: () => number;
}

/**
 * Tokens as Keystone's v3 API tells them: `GET /v3/auth/tokens` with the caller's token as subject (Identity API v3,
 * "Validate and show information for token").
 */
export const createKeystoneV3 = (options: KeystoneV3Options): TokenSource => {
  const { client, credential, clock, log } = options;
  const timing = options.timing ?? keystoneTiming();
  const caller = createKeystoneCaller(client, clock, timing, options.random);
  const own =
    credential.kind === 'caller'
      ? undefined
      : createServiceTokens(signInOf(credential), caller, clock, log, timing.totalMs);
  const path = options.catalog === true ? '/v3/auth/tokens' : '/v3/auth/tokens?nocatalog';
  const request = (subject: string, auth: string) =>
    ({
      method: 'GET',
      path,
      headers: {
        accept: 'application/json',
        'x-auth-token': auth,
        'x-subject-token': subject,
        // Without it Keystone denies knowing a token whose application credential has access rules.
        'openstack-identity-access-rules': '1.0',
      },
    }) as const;
  const question = { request, reader: () => identityOfV3 };
  return { name: 'keystone-v3', lookup: createKeystoneLookup(question, caller, own, { clock, log }), own };
};

const signInOf = (credential: OwnCredential): SignIn => ({
  request: () => ({
    method: 'POST',
    path: '/v3/auth/tokens?nocatalog',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: authBody(credential),
  }),
  read: ({ headers, body }) => {
    const token = headers['x-subject-token'];
    const identity = parsed(body, identityOfV3);
    if (typeof token !== 'string' || identity === undefined) return undefined;
    return { token, expiresAt: identity.expiresAt };
  },
});
