import type { Log } from '../core/log.ts';
import type { ClockPort, TokenAnswer, TokenUnavailable } from '../core/ports.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { createKeystoneCaller, type KeystoneCaller, type KeystoneTiming } from './keystone-call.ts';
import type { KeystoneCredential } from './keystone-credential.ts';
import { createServiceTokens, type ServiceTokens } from './keystone-service-token.ts';
import { identityOfV3 } from './keystone-token-body.ts';
import { judgeKeystoneAnswer } from './keystone-verdict.ts';
import type { TokenSource } from './token-source.ts';

export interface KeystoneV3Options {
  /** To Keystone's root: the paths asked for begin with `/v3/`. */
  readonly client: HttpClient;
  readonly credential: KeystoneCredential;
  readonly clock: ClockPort;
  readonly log: Log;
  /** Ask for the service catalogue too: some kilobytes more with each token. */
  readonly catalog?: boolean;
  readonly timing?: KeystoneTiming;
  readonly random?: () => number;
}

/**
 * Tokens as Keystone's v3 API tells them: `GET /v3/auth/tokens` with the caller's token as subject (Identity API v3,
 * "Validate and show information for token").
 */
export const createKeystoneV3 = (options: KeystoneV3Options): TokenSource => {
  const { client, credential, clock, log } = options;
  const caller = createKeystoneCaller(client, clock, options.timing, options.random);
  const path = options.catalog === true ? '/v3/auth/tokens' : '/v3/auth/tokens?nocatalog';
  const own = credential.kind === 'caller' ? undefined : createServiceTokens(credential, caller, clock, log);
  return {
    name: 'keystone-v3',
    async lookup(token, signal): Promise<TokenAnswer> {
      const answer =
        own === undefined
          ? await show(caller, path, token, token, signal)
          : await showAsService(caller, path, own, token, signal);
      return answer.kind === 'unavailable'
        ? answer
        : judgeKeystoneAnswer(answer, identityOfV3, { ownToken: own === undefined, now: clock.now(), log });
    },
  };
};

const show = (caller: KeystoneCaller, path: string, auth: string, subject: string, signal: AbortSignal) =>
  caller.call(
    {
      method: 'GET',
      path,
      headers: {
        accept: 'application/json',
        'x-auth-token': auth,
        'x-subject-token': subject,
        // Without it Keystone denies knowing a token whose application credential has access rules.
        'openstack-identity-access-rules': '1.0',
      },
    },
    signal,
  );

/** With the gateway's own token, which may have been revoked or lost: then once more with a new one. */
const showAsService = async (
  caller: KeystoneCaller,
  path: string,
  own: ServiceTokens,
  token: string,
  signal: AbortSignal,
): Promise<HttpAnswer | TokenUnavailable> => {
  const first = await own.current(signal);
  if (first.kind === 'unavailable') return first;
  const answer = await show(caller, path, first.token, token, signal);
  if (answer.kind === 'unavailable' || answer.status !== 401) return answer;
  own.refused(first.token);
  const second = await own.current(signal);
  return second.kind === 'unavailable' ? second : show(caller, path, second.token, token, signal);
};
