import { gatewayFaults } from '../core/gateway-faults.ts';
import { suggestion } from '../core/nearest.ts';
import type { Operation } from '../core/operation.ts';
import type { Policy } from '../core/policy.ts';
import type { AnyStage } from '../core/stage.ts';
import { type Problem, quoted } from '../files/problem.ts';
import type { PolicyCase } from './load.ts';

/** What cases may name. */
export interface CaseCatalogue {
  readonly policy: Policy;
  readonly stages: readonly AnyStage[];
  readonly operations: readonly Operation[];
}

/**
 * Holds the names in cases against the policy. A case that expects a route which no longer exists would only be red;
 * one that uses up a limit which no longer exists would be green for the wrong reason.
 */
export const checkCaseReferences = (cases: readonly PolicyCase[], catalogue: CaseCatalogue): Problem[] => {
  const { policy } = catalogue;
  const routes = [...policy.routes, ...(policy.fallback === undefined ? [] : [policy.fallback])].map(
    ({ id }) => id,
  );
  const limits = policy.limits.flatMap(({ name, burst }) =>
    burst === undefined ? [name] : [name, `${name}-burst`],
  );
  const operations = catalogue.operations.map(({ name }) => name);
  const stages = ['gateway', ...catalogue.stages.map(({ name }) => name)];
  const faults = new Map<string, readonly string[]>([
    ['gateway', Object.keys(gatewayFaults)],
    ...catalogue.stages.map((stage) => [stage.name, Object.keys(stage.faults)] as const),
  ]);
  const allFaults = [...new Set([...faults.values()].flat())];
  const codes = [...faults].flatMap(([stage, names]) => names.map((name) => `${stage}/${name}`));
  return cases.flatMap(({ expect, world, place }) => {
    const problems: Problem[] = [];
    const check = (what: string, name: string | undefined, known: readonly string[], ...path: string[]) => {
      if (name === undefined || known.includes(name)) return;
      problems.push({
        place: place(path),
        message: `There is no ${what} ${quoted(name)}${suggestion(name, known)}`,
      });
    };
    check('route', expect.route, routes, 'expect', 'route');
    check('operation', expect.operation, operations, 'expect', 'operation');
    check('stage', expect.stage, stages, 'expect', 'stage');
    if (expect.fault?.includes('/') === true) check('fault', expect.fault, codes, 'expect', 'fault');
    else check('fault', expect.fault, faults.get(expect.stage ?? '') ?? allFaults, 'expect', 'fault');
    for (const flag of expect.flags ?? []) check('fault', flag, codes, 'expect', 'flags');
    for (const name of Object.keys(world.given.limits?.used ?? {}))
      check('limit', name, limits, 'given', 'limits', 'used', name);
    return problems;
  });
};
