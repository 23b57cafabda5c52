import type { LimitDefinition, Policy, Route } from '../core/policy.ts';
import type { Problem } from '../files/problem.ts';

/** The stage that counts requests against limits; a limit works only where it stands (see `LimitDefinition.routes`). */
const countingStage = 'rate-limit';

/** What a valid policy says that its writer can hardly have meant. */
export const policyWarnings = (policy: Policy, now = Number.NEGATIVE_INFINITY): Problem[] => {
  const routes = [...policy.routes, ...(policy.fallback === undefined ? [] : [policy.fallback])];
  return [
    ...routes.flatMap(unguarded),
    ...policy.limits.flatMap((limit) => idle(limit, routes)),
    ...ended(policy, routes, now),
  ];
};

/** Exceptions and flag modes whose day is over: what was meant for a while must not stay unseen. */
const ended = ({ exemptions = [] }: Policy, routes: readonly Route[], now: number): Problem[] => [
  ...exemptions
    .filter(({ expires }) => expires.endsAt <= now)
    .map(({ at, expires, owner }) => ({
      place: at,
      message: `This exemption of ${owner} ended on ${expires.day} and exempts nobody. Remove it.`,
    })),
  ...routes
    .flatMap(({ stages }) => stages)
    .flatMap(({ at, use, until, afterwards }) => {
      if (until === undefined || until.endsAt > now) return [];
      const then =
        afterwards === 'enforce'
          ? 'is enforced since; write mode: enforce'
          : 'still only flags; enforce it, or give it another day';
      return [{ place: at, message: `The flag mode of "${use}" ended on ${until.day}: it ${then}.` }];
    }),
];

/** A route without stages lets everything through: right for a health check, a hole anywhere else. */
const unguarded = ({ id, stages, at }: Route): Problem[] => {
  if (stages.some((use) => use.mode !== 'off')) return [];
  return [
    { place: at, message: `Route "${id}" has no stages that are on: its requests are forwarded unjudged.` },
  ];
};

/** A limit that counts nothing limits nothing, and nobody sees it. */
const idle = (limit: LimitDefinition, routes: readonly Route[]): Problem[] => {
  if (limit.mode === 'off') return [];
  const counts = (route: Route): boolean =>
    route.stages.some((use) => use.use === countingStage && use.mode !== 'off');
  const named = routes.filter((route) => limit.routes.includes(route.id));
  const lacking = named.filter((route) => !counts(route));
  const problem = (message: string): Problem => ({ place: limit.at, message });
  if (named.length === 0 && !routes.some(counts))
    return [problem(`Limit "${limit.name}" never counts: no route has the stage "${countingStage}".`)];
  return lacking.map((route) =>
    problem(
      `Limit "${limit.name}" never counts on route "${route.id}", which lacks the stage "${countingStage}".`,
    ),
  );
};
