import type { Exchange } from '../../src/core/exchange.ts';
import type { Identity } from '../../src/core/identity.ts';
import type { LimitDefinition } from '../../src/core/policy.ts';
import type { LimitCharge, LimitState, LimitsAnswer } from '../../src/core/ports.ts';

/** A limit of 3 requests per minute and project, but for what is said otherwise. */
export const limitOf = (other: Partial<LimitDefinition> = {}): LimitDefinition => ({
  name: 'writes',
  key: 'project',
  points: 3,
  per: 'minute',
  every: 1,
  methods: [],
  routes: [],
  mode: 'enforce',
  at: { file: 'limits.yaml', line: 3, column: 5 },
  ...other,
});

export const chargeOf = (limit: LimitDefinition, subject = 'project:p1', points = 1): LimitCharge => ({
  limit,
  subject,
  points,
});

/** The states of an answer; an outage fails the test. */
export const statesOf = (answer: LimitsAnswer): readonly LimitState[] => {
  if (answer.kind !== 'counted') throw new Error(`The limits were unavailable: ${answer.reason}`);
  return answer.states;
};

/** Was the request let through? */
export const admitted = (answer: LimitsAnswer): boolean =>
  statesOf(answer).every(({ exceeded, limit }) => !exceeded || limit.mode !== 'enforce');

export const identityOf = (projectId: string, roles: readonly string[] = ['member']): Identity => ({
  user: { id: `user-of-${projectId}`, name: undefined, domain: undefined },
  project: { id: projectId, name: undefined, domain: undefined },
  domain: undefined,
  systemScope: undefined,
  roles,
  expiresAt: Number.MAX_SAFE_INTEGER,
  isAdminProject: undefined,
  impersonator: undefined,
  accessRules: undefined,
  bound: false,
  catalog: undefined,
});

/** A POST by project p1; only what counts for limits is there. */
export const exchangeOf = (other: Partial<Exchange> = {}): Exchange => ({
  requestId: 'req-1',
  method: 'POST',
  path: '/v2/images',
  query: '',
  params: {},
  headers: {},
  clientAddress: '192.0.2.1',
  routeId: 'images',
  operation: undefined,
  signal: new AbortController().signal,
  receivedAt: 0,
  identity: identityOf('p1'),
  caller: { token: undefined, projectId: undefined },
  body: undefined,
  intent: undefined,
  change: () => Promise.reject(new Error('No limit reads metadata.')),
  server: () => Promise.reject(new Error('No limit reads servers.')),
  ...other,
});
