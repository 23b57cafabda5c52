import type { FaultSpec } from './fault.ts';

/** The refusals that belong to no stage: the way of a request itself. Metric label and docs use `gateway/<key>`. */
export const gatewayFaults = {
  'bad-path': {
    status: 400,
    name: 'badRequest',
    when: 'The request target has a spelling that two readers could understand differently.',
  },
  'bad-id': {
    status: 400,
    name: 'badRequest',
    when: 'An image or server id on a guarded route is not a lower-case UUID.',
  },
  'method-override': {
    status: 400,
    name: 'badRequest',
    when: 'The request asks, by query or header, to be run as another method than its own.',
  },
  'bad-request': {
    status: 400,
    name: 'badRequest',
    when: 'The request line, a header or the framing is not valid HTTP.',
  },
  'bad-json': { status: 400, name: 'badRequest', when: 'A body that policies judge is not strict JSON.' },
  'bad-body': {
    status: 400,
    name: 'badRequest',
    when: 'A JSON body does not have the shape that the guarded call needs.',
  },
  'upgrade-refused': {
    status: 400,
    name: 'badRequest',
    when: 'A protocol upgrade was asked for on a route that allows none.',
  },
  'no-identity': {
    status: 401,
    name: 'unauthorized',
    when: 'A stage needs to know the caller, and authenticate (in flag mode) did not establish one.',
  },
  'no-route': {
    status: 404,
    name: 'itemNotFound',
    when: 'No route of the policy matches and the default is to deny, or the path resembles a guarded call without being one.',
  },
  'bad-method': {
    status: 405,
    name: 'badMethod',
    when: 'The path is known, but not with this method; Allow names those that are.',
  },
  'request-timeout': {
    status: 408,
    name: 'badRequest',
    when: 'The request was not received completely in time.',
  },
  'body-too-large': {
    status: 413,
    name: 'overLimit',
    when: 'The body is larger than the route allows; there is no Retry-After, since waiting does not help.',
  },
  'bad-media-type': {
    status: 415,
    name: 'badMediaType',
    when: 'The body that policies judge is not declared as the JSON media type of the call, or it is encoded.',
  },
  'headers-too-large': {
    status: 431,
    name: 'badRequest',
    when: 'The header section is larger than the gateway accepts.',
  },
  internal: {
    status: 500,
    name: 'computeFault',
    when: 'A stage failed in a way it does not declare: a bug of the gateway.',
  },
  'upstream-unreachable': {
    status: 502,
    name: 'computeFault',
    when: 'The service behind could not be connected to, or broke off.',
  },
  'upstream-broken': {
    status: 502,
    name: 'computeFault',
    when: 'The service behind gave an answer that is not valid HTTP.',
  },
  overloaded: {
    status: 503,
    name: 'serviceUnavailable',
    when: 'More requests are in flight, or more bytes of bodies are held, than the gateway accepts, or it lags behind.',
  },
  'upstream-timeout': {
    status: 504,
    name: 'computeFault',
    when: 'The service behind did not answer in time.',
  },
} as const satisfies Record<string, FaultSpec>;

export type GatewayFault = keyof typeof gatewayFaults;
