import { type LimitDefinition, longestWindowSeconds, unitSeconds } from '../core/policy.ts';
import type { LimitsAnswer } from '../core/ports.ts';
import { defineStage, OptionError } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { pass, type Verdict } from '../core/verdict.ts';
import { chargesOf, type PlannedLimit, planLimit } from './limit-plan.ts';
import { type LimitFault, limitVerdict } from './limit-verdict.ts';

const options = Type.Object(
  {
    keys: Type.Array(
      Type.Union([
        Type.Literal('project'),
        Type.Literal('user'),
        Type.Literal('address'),
        Type.Literal('global'),
      ]),
      {
        default: ['project', 'user', 'address', 'global'],
        minItems: 1,
        uniqueItems: true,
        description:
          'Only limits with these keys count here. A route may count `address` and `global` before authenticate, and `project` and `user` after it.',
      },
    ),
    status: Type.Union([Type.Literal(413), Type.Literal(429)], {
      default: 413,
      description: "Status when the caller's own limit is exceeded.",
    }),
    fields: Type.Boolean({
      default: true,
      description: 'Send `RateLimit-Policy` and `RateLimit` with the answer.',
    }),
    shape: Type.Union([Type.Literal('repose'), Type.Literal('rackspace'), Type.Literal('nova')], {
      default: 'repose',
      description:
        "Members of the fault: `retryAfter` and `retryAt` as dates (repose), `retryAt` alone (rackspace), or `retryAfter` in seconds beside Nova's own words (nova).",
    }),
    retryAfter: Type.Union([Type.Literal('seconds'), Type.Literal('http-date')], {
      default: 'seconds',
      description:
        'Form of the header `Retry-After`. OpenStack clients take a date for 0 and come back at once: only for clients that need it.',
    }),
  },
  { additionalProperties: false },
);

const checkWindow = ({ name, per, every, at }: LimitDefinition): void => {
  if (unitSeconds[per] * every > longestWindowSeconds)
    throw new OptionError(
      [],
      `Limit "${name}" (${at.file}:${at.line}) has a window of ${every} ${per}s; the longest possible is 24 days.`,
    );
};

/**
 * Counts a request against every limit that names its route and method, all at once: a request that one limit
 * refuses is charged to none. It does not read `identity`, so that limits by address can stand before authenticate;
 * where the caller is not known, limits by project or user count the address instead.
 *
 * The caller's own limit is answered with 413 and the whole service's with 503, as Repose and Nova's limiter did.
 */
export const rateLimit = defineStage({
  name: 'rate-limit',
  summary: 'Refuses a request when the caller, or all callers together, have used up a limit.',
  options,
  reads: [],
  gives: [],
  ports: ['limits', 'clock'],
  faults: {
    'over-limit': {
      status: 413,
      name: 'overLimit',
      when: 'The caller has used up a limit of its own.',
    },
    'over-limit-429': {
      status: 429,
      name: 'overLimit',
      when: 'The caller has used up a limit of its own, on a route that sets `status: 429`.',
    },
    'service-over-limit': {
      status: 503,
      name: 'serviceUnavailable',
      when: 'All callers together have used up a global limit.',
    },
    'limits-unavailable': {
      status: 503,
      name: 'serviceUnavailable',
      when: 'The store of the counters does not answer, and the gateway is set to deny then.',
    },
  },
  prepare({ keys, ...answers }, { limits, clock }, scope) {
    const here = scope.limits.filter(
      ({ key, routes, mode }) =>
        mode !== 'off' && keys.includes(key) && (routes.length === 0 || routes.includes(scope.routeId)),
    );
    here.forEach(checkWindow);
    const everyMethod = here.filter(({ methods }) => methods.length === 0).map(planLimit);
    const byMethod = new Map<string, readonly PlannedLimit[]>();
    for (const method of new Set(here.flatMap(({ methods }) => methods))) {
      const counting = here.filter(({ methods }) => methods.length === 0 || methods.includes(method));
      byMethod.set(method, counting.map(planLimit));
    }
    const judge = (answer: LimitsAnswer): Verdict<LimitFault> => limitVerdict(answer, answers, clock.now);

    if (here.length === 0) return () => pass;
    return (exchange) => {
      const plan = byMethod.get(exchange.method) ?? everyMethod;
      if (plan.length === 0) return pass;
      const answer = limits.consume(chargesOf(plan, exchange));
      return answer instanceof Promise ? answer.then(judge) : judge(answer);
    };
  },
});
