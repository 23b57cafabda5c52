import type { TokenAnswer } from '../core/ports.ts';
import { type Deny, deny } from '../core/verdict.ts';
import type { AuthenticateFault } from './authenticate-faults.ts';

type Denial = Deny<AuthenticateFault>;

/** In flag mode the request goes on; the service behind is told what is known (keystonemiddleware, delay_auth_decision). */
const notConfirmed = { 'x-identity-status': 'Invalid' };
const notKnown = { 'x-identity-status': 'Indeterminate' };

/** How long a client is told to wait when the identity service does not say. */
const retryAfterMs = 5000;

/**
 * The refusals of `authenticate`. Those of a missing or bad token carry the challenge that names the place where
 * tokens are given out (RFC 9110 11.6.1); the scheme and its parameter are keystonemiddleware's.
 * @param quoted only the quoted form is valid, since an address has characters that a token may not have
 */
export const authenticateRefusals = (challengeUri: string, quoted: boolean) => {
  const headers = {
    'www-authenticate': quoted ? `Keystone uri="${challengeUri}"` : `Keystone uri=${challengeUri}`,
  };
  const challenge = (fault: AuthenticateFault, message: string): Denial =>
    deny(fault, message, { headers, upstreamHeaders: notConfirmed });
  const none = challenge(
    'no-token',
    `This call needs a token in the header X-Auth-Token. Get one from ${challengeUri}.`,
  );
  const invalid = challenge(
    'invalid-token',
    `The token in X-Auth-Token is not valid: it is unknown, has expired or was revoked. Get a new one from ${challengeUri}.`,
  );
  return {
    challenge: headers['www-authenticate'],
    none,
    bound: challenge(
      'bound-token',
      'The token is bound to a certificate or Kerberos principal, which cannot be checked here. Get one without binding.',
    ),
    unscoped: challenge(
      'unscoped-token',
      'The token is for no project. Get one with a scope, for instance by setting OS_PROJECT_NAME.',
    ),
    service: (message: string): Denial => challenge('service-token', message),
    ambiguous: (message: string): Denial =>
      deny('ambiguous-token', message, { upstreamHeaders: notConfirmed }),
    /** Nothing but a valid answer lets anyone pass. */
    answer: (answer: Exclude<TokenAnswer, { kind: 'valid' }>): Denial => {
      if (answer.kind === 'invalid') return invalid;
      if (answer.kind === 'limited') {
        return deny(
          'too-many-failures',
          'Too many tokens from this address were invalid. Check the token that is sent, and try again later.',
          { retryAfterMs: answer.retryAfterMs, upstreamHeaders: notKnown },
        );
      }
      return deny(
        'identity-unavailable',
        'Tokens cannot be validated at the moment. Try the same request again later.',
        {
          retryAfterMs: answer.retryAfterMs ?? retryAfterMs,
          upstreamHeaders: notKnown,
          notes: { outage: answer.reason },
        },
      );
    },
  };
};

export type AuthenticateRefusals = ReturnType<typeof authenticateRefusals>;
