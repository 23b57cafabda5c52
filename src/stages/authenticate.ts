import type { Exchange } from '../core/exchange.ts';
import type { Identity } from '../core/identity.ts';
import type { TokenAnswer, TokensPort } from '../core/ports.ts';
import { type Check, defineStage } from '../core/stage.ts';
import { deny, type Pass, type Verdict } from '../core/verdict.ts';
import { accessRuleCheck } from './access-rules.ts';
import { type AuthenticateFault, authenticateFaults } from './authenticate-faults.ts';
import { type AuthenticateOptions, authenticateOptions } from './authenticate-options.ts';
import { authenticateRefusals } from './authenticate-refusals.ts';
import { acceptance } from './caller-acceptance.ts';
import { type CallerToken, callerToken } from './caller-token.ts';
import { type ServiceVerdict, serviceTokenCheck } from './service-token.ts';

type Answer = Verdict<AuthenticateFault> | Promise<Verdict<AuthenticateFault>>;
type FoundToken = Extract<CallerToken, { kind: 'token' }>;

/**
 * Establishes who the caller is, by a token that the identity service vouches for, and tells the upstream in the
 * identity headers.
 */
export const authenticate = defineStage({
  name: 'authenticate',
  summary: 'Lets only callers with a valid token pass, and tells the upstream who they are.',
  options: authenticateOptions,
  reads: [],
  gives: ['identity'],
  ports: ['tokens'],
  faults: authenticateFaults,
  prepare: (options, { tokens }) => prepared(options, tokens),
});

const prepared = (options: AuthenticateOptions, tokens: TokensPort): Check<AuthenticateFault> => {
  const refusals = authenticateRefusals(tokens.challengeUri, options.quotedChallenge);
  const serviceVerdict = serviceTokenCheck(options.serviceTokenRoles, tokens);
  const accept = acceptance(options, refusals.challenge);
  const allowedByRules = accessRuleCheck(options.serviceType);

  const judge = (x: Exchange, found: FoundToken, answer: TokenAnswer): Answer => {
    const stale = answer.kind === 'valid' ? undefined : graceIdentity(options, x, answer);
    const identity = answer.kind === 'valid' ? answer.identity : stale;
    if (identity === undefined) return answer.kind === 'valid' ? refusals.none : refusals.answer(answer);
    if (identity.bound) return refusals.bound;
    if (!isScoped(identity)) return refusals.unscoped;
    const service = serviceVerdict(x);
    const conclude = (verdict: ServiceVerdict | undefined) =>
      concluded(x, found, identity, verdict, stale !== undefined);
    return service instanceof Promise ? service.then(conclude) : conclude(service);
  };

  const concluded = (
    x: Exchange,
    found: FoundToken,
    identity: Identity,
    service: ServiceVerdict | undefined,
    stale: boolean,
  ): Verdict<AuthenticateFault> => {
    if (service?.kind === 'refused') return refusals.service(service.message);
    if (service?.kind === 'answer') return refusals.answer(service.answer);
    // A service that vouches for the call makes it for the user: the rules spoke of the user's own call to that service.
    if (service === undefined && !allowedByRules(identity, x.method, x.path)) {
      return deny(
        'access-rule',
        `The access rules of the application credential do not allow ${x.method} ${x.path} of the ${options.serviceType} service.`,
      );
    }
    const passed: Pass = accept(x, found, identity, service?.identity);
    return stale ? { ...passed, notes: { grace: true } } : passed;
  };

  return (x) => {
    const found = callerToken(x.headers, options.allowStorageToken);
    if (found.kind === 'none') return refusals.none;
    if (found.kind === 'ambiguous') return refusals.ambiguous(found.message);
    const answer = tokens.validate(found.token, x);
    return answer instanceof Promise ? answer.then((late) => judge(x, found, late)) : judge(x, found, answer);
  };
};

const isScoped = ({ project, domain, systemScope }: Identity): boolean =>
  project !== undefined || domain !== undefined || systemScope !== undefined;

/** Only reads may be answered for someone who was valid lately: nothing changes by mistake. */
const graceIdentity = (
  options: AuthenticateOptions,
  x: Exchange,
  answer: Exclude<TokenAnswer, { kind: 'valid' }>,
): Identity | undefined => {
  if (options.grace === 'none' || answer.kind !== 'unavailable') return undefined;
  return x.method === 'GET' || x.method === 'HEAD' ? answer.grace?.() : undefined;
};
