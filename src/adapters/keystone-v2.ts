import type { Log } from '../core/log.ts';
import type { ClockPort, TokenAnswer } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { createKeystoneCaller, type KeystoneTiming, keystoneTiming } from './keystone-call.ts';
import { createKeystoneLookup } from './keystone-lookup.ts';
import { createServiceTokens, type SignIn } from './keystone-service-token.ts';
import { instant, object, parsed, text } from './keystone-token-body.ts';
import { identityOfV2 } from './keystone-v2-body.ts';
import { askForGroups } from './keystone-v2-groups.ts';
import type { TokenSource } from './token-source.ts';

/** By what right the gateway asks an identity service of version 2.0. */
export type KeystoneV2Credential =
  | {
      readonly kind: 'password';
      readonly username: string;
      readonly password: Secret;
      /** Name of the tenant; Rackspace's service needs none. */
      readonly project?: string | undefined;
    }
  /** Rackspace's API key (`RAX-KSKEY:apiKeyCredentials`). */
  | { readonly kind: 'api-key'; readonly username: string; readonly apiKey: Secret }
  | { readonly kind: 'caller' };

export interface KeystoneV2Options {
  /** To the service's root: the paths asked for begin with `/v2.0/`. */
  readonly client: HttpClient;
  readonly credential: KeystoneV2Credential;
  readonly clock: ClockPort;
  readonly log: Log;
  /** Keep the service catalogue: some kilobytes more with each cached token. */
  readonly catalog?: boolean;
  /** Ask for the groups of each user too, which Rackspace's service has: one more call for each token. */
  readonly groups?: boolean;
  readonly timing?: KeystoneTiming | undefined;
  readonly random?: () => number;
}

/**
 * Names below `/v2.0/tokens/` that are no tokens: the list of revoked ones (Identity API v2.0, OS-PKI), and dots that
 * a server would resolve.
 */
const reserved = /^(\.+|revoked|OS-PKI)$/i;

/** Tokens as the v2.0 API tells them: `GET /v2.0/tokens/{id}` (Identity API v2.0, "Validate token"). */
export const createKeystoneV2 = (options: KeystoneV2Options): TokenSource => {
  const { client, credential, clock, log } = options;
  const timing = options.timing ?? keystoneTiming();
  const caller = createKeystoneCaller(client, clock, timing, options.random);
  const own =
    credential.kind === 'caller'
      ? undefined
      : createServiceTokens(signInOf(credential), caller, clock, log, timing.totalMs);
  const request = (subject: string, auth: string) =>
    ({
      method: 'GET',
      path: `/v2.0/tokens/${encodeURIComponent(subject)}`,
      headers: { accept: 'application/json', 'x-auth-token': auth },
    }) as const;
  const reader = (subject: string) => identityOfV2(subject, options.catalog === true);
  const question = { request, reader, ...(options.groups === true && { complete: askForGroups }) };
  const lookup = createKeystoneLookup(question, caller, own, { clock, log });
  return {
    name: 'keystone-v2',
    own,
    lookup: (token, signal): Promise<TokenAnswer> =>
      reserved.test(token) ? Promise.resolve({ kind: 'invalid' }) : lookup(token, signal),
  };
};

const signInOf = (credential: Exclude<KeystoneV2Credential, { kind: 'caller' }>): SignIn => ({
  request: () => ({
    method: 'POST',
    path: '/v2.0/tokens',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ auth: authOf(credential) }),
  }),
  read: (answer) => readSignIn(answer),
});

const authOf = (credential: Exclude<KeystoneV2Credential, { kind: 'caller' }>): object => {
  const { username } = credential;
  if (credential.kind === 'api-key') {
    return { 'RAX-KSKEY:apiKeyCredentials': { username, apiKey: credential.apiKey.reveal() } };
  }
  const passwordCredentials = { username, password: credential.password.reveal() };
  return credential.project === undefined
    ? { passwordCredentials }
    : { passwordCredentials, tenantName: credential.project };
};

const readSignIn = ({
  body,
}: HttpAnswer): { readonly token: string; readonly expiresAt: number } | undefined =>
  parsed(body, (document) => {
    const token = object(object(object(document)['access'])['token']);
    return { token: text(token['id']), expiresAt: instant(token['expires']) };
  });
