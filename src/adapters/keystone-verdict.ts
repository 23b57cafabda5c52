import type { Identity } from '../core/identity.ts';
import { isObject } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { Outage, TokenAnswer } from '../core/ports.ts';
import type { HttpAnswer } from './http-client.ts';
import { parsed } from './keystone-token-body.ts';

interface Circumstances {
  /** The caller's token was its own credential: a 401 then speaks of it, not of the gateway. */
  readonly ownToken: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly log: Log;
}

const invalid: TokenAnswer = Object.freeze({ kind: 'invalid' });
const outage = (reason: Outage): TokenAnswer => ({ kind: 'unavailable', reason });

/**
 * What a complete answer of Keystone means for the token. Only a 200 with a readable, unexpired token passes; only a
 * refusal in Keystone's own words makes a token invalid. Everything else says nothing about the token.
 */
export const judgeKeystoneAnswer = (
  answer: HttpAnswer,
  read: (document: unknown) => Identity,
  { ownToken, now, log }: Circumstances,
): TokenAnswer => {
  switch (answer.status) {
    case 200: {
      const identity = isJson(answer) ? parsed(answer.body, read) : undefined;
      if (identity === undefined) return outage('malformed');
      return identity.expiresAt > now ? { kind: 'valid', identity } : invalid;
    }
    case 400:
    case 404:
      // A wrong address in the configuration, or a proxy in between, also says 404: not that every caller is unknown.
      return isFault(answer) ? invalid : outage('malformed');
    case 401:
      if (ownToken) return isFault(answer) ? invalid : outage('malformed');
      return outage('credential');
    case 403:
      log.error(
        { status: 403 },
        'Keystone does not let the gateway validate tokens: give its user the role "service" or "admin".',
      );
      return outage('credential');
    default:
      return outage('status');
  }
};

const isJson = (answer: HttpAnswer): boolean => {
  const type = answer.headers['content-type'];
  return typeof type === 'string' && /^application\/json\s*(;|$)/i.test(type);
};

/** An error of Keystone v3 (`error`) or v2.0 (`itemNotFound`, `unauthorized`, ...): an object in an object. */
const isFault = (answer: HttpAnswer): boolean => {
  if (!isJson(answer)) return false;
  return (
    parsed(answer.body, (document) => isObject(document) && Object.values(document).some(isObject)) === true
  );
};
