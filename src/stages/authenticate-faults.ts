import type { FaultSpec } from '../core/fault.ts';

export const authenticateFaults = {
  'no-token': { status: 401, name: 'unauthorized', when: 'The request carries no token.' },
  'invalid-token': {
    status: 401,
    name: 'unauthorized',
    when: 'The identity service does not know the token, or it has expired or was revoked.',
  },
  'bound-token': {
    status: 401,
    name: 'unauthorized',
    when: 'The token is bound to a TLS or Kerberos peer, which the gateway cannot check.',
  },
  'unscoped-token': {
    status: 401,
    name: 'unauthorized',
    when: 'The token is for no project, domain or system, and so grants nothing.',
  },
  'service-token': {
    status: 401,
    name: 'unauthorized',
    when: 'The service token beside the token is not valid, or its user has none of the roles that a service needs.',
  },
  'ambiguous-token': {
    status: 400,
    name: 'badRequest',
    when: 'The request carries several different tokens, or one in a header that not every reader knows.',
  },
  'access-rule': {
    status: 403,
    name: 'forbidden',
    when: 'The access rules of the application credential do not list this call.',
  },
  'too-many-failures': {
    status: 413,
    name: 'overLimit',
    when: 'Too many tokens from this client address were invalid lately.',
  },
  'identity-unavailable': {
    status: 503,
    name: 'serviceUnavailable',
    when: 'The identity service did not answer, or not in a way that can be understood.',
  },
} as const satisfies Record<string, FaultSpec>;

export type AuthenticateFault = keyof typeof authenticateFaults;
