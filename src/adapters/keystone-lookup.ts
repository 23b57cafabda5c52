import type { Identity } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import type { ClockPort, TokenAnswer, TokenUnavailable } from '../core/ports.ts';
import type { HttpAnswer, HttpRequest } from './http-client.ts';
import type { KeystoneCaller } from './keystone-call.ts';
import type { ServiceTokens } from './keystone-service-token.ts';
import { judgeKeystoneAnswer } from './keystone-verdict.ts';

/** The question "whose is this token?" in one version of the API. */
export interface TokenQuestion {
  /** @param auth the token that gives the right to ask */
  request(subject: string, auth: string): HttpRequest;
  /** Reads the answer for this token; throws on a body that is not one. */
  reader(subject: string): (document: unknown) => Identity;
  /** Adds to a valid answer what another question tells. */
  complete?(
    identity: Identity,
    ask: (request: (auth: string) => HttpRequest) => Promise<HttpAnswer | TokenUnavailable>,
  ): Promise<TokenAnswer>;
}

/**
 * Asks Keystone about a token, by the gateway's own right or, without `own`, by that of the token itself.
 * @returns a function that never rejects
 */
export const createKeystoneLookup = (
  question: TokenQuestion,
  caller: KeystoneCaller,
  own: ServiceTokens | undefined,
  { clock, log }: { readonly clock: ClockPort; readonly log: Log },
): ((token: string, signal: AbortSignal) => Promise<TokenAnswer>) => {
  const asService = async (
    tokens: ServiceTokens,
    request: (auth: string) => HttpRequest,
    signal: AbortSignal,
  ): Promise<HttpAnswer | TokenUnavailable> => {
    const first = await tokens.current(signal);
    if (first.kind === 'unavailable') return first;
    const answer = await caller.call(request(first.token), signal);
    if (answer.kind === 'unavailable' || answer.status !== 401) return answer;
    // The own token may have been revoked, or lost with Keystone's keys: once more with a new one.
    tokens.refused(first.token);
    const second = await tokens.current(signal);
    return second.kind === 'unavailable' ? second : caller.call(request(second.token), signal);
  };

  return async (token, signal) => {
    const ask = async (request: (auth: string) => HttpRequest): Promise<HttpAnswer | TokenUnavailable> =>
      own === undefined ? caller.call(request(token), signal) : asService(own, request, signal);
    const answer = await ask((auth) => question.request(token, auth));
    if (answer.kind === 'unavailable') return answer;
    const circumstances = { ownToken: own === undefined, now: clock.now(), log };
    const judged = judgeKeystoneAnswer(answer, question.reader(token), circumstances);
    return judged.kind === 'valid' && question.complete !== undefined
      ? question.complete(judged.identity, ask)
      : judged;
  };
};
