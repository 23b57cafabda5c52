import { gatewayFaults } from '../core/gateway-faults.ts';
import type { AnyStage } from '../core/stage.ts';
import type { Snapshot } from '../pipeline/compile.ts';
import type { CaseResult } from './run.ts';

/** What there is of one kind, and what of it no case reached. */
export interface Reach {
  readonly all: number;
  readonly missed: readonly string[];
}

export interface Coverage {
  readonly routes: Reach;
  readonly operations: Reach;
  /** Uses of stages, as `route/stage`. */
  readonly stages: Reach;
  /** Stages in each mode they are used in, as `stage flag`: reached when one refused, or would have. */
  readonly modes: Reach;
  /** Refusals of the stages that the policy uses, and of the gateway, as `stage/fault`. */
  readonly faults: Reach;
}

/** Faults that need a network: no case can reach them. */
const ofTheNetwork: ReadonlySet<string> = new Set([
  'bad-request',
  'request-timeout',
  'headers-too-large',
  'upgrade-refused',
  'internal',
  'upstream-unreachable',
  'upstream-broken',
  'overloaded',
  'upstream-timeout',
]);

/** Which parts of a policy the cases touched. A part that no case touched can be broken without anyone's seeing it. */
export const coverageOf = (
  { policy }: Snapshot,
  stages: readonly AnyStage[],
  results: readonly CaseResult[],
): Coverage => {
  const reached = {
    routes: new Set<string>(),
    operations: new Set<string>(),
    stages: new Set<string>(),
    modes: new Set<string>(),
    faults: new Set<string>(),
  };
  for (const { judged } of results) {
    if (judged === undefined) continue;
    if (judged.fault !== undefined) reached.faults.add(judged.fault.code);
    if (judged.operation !== undefined) reached.operations.add(judged.operation);
    const route = judged.route?.id;
    if (route === undefined) continue;
    reached.routes.add(route);
    for (const { stage, mode, outcome, fault } of judged.steps) {
      reached.stages.add(`${route}/${stage}`);
      if (outcome !== 'deny' && outcome !== 'flag') continue;
      reached.modes.add(`${stage} ${mode}`);
      if (fault !== undefined) reached.faults.add(fault);
    }
  }
  const routes = [...policy.routes, ...(policy.fallback === undefined ? [] : [policy.fallback])];
  const uses = routes.flatMap(({ id, stages: used }) =>
    used.filter(({ mode }) => mode !== 'off').map(({ use, mode }) => ({ route: id, use, mode })),
  );
  const used = new Set(uses.map(({ use }) => use));
  const faults = stages
    .filter(({ name }) => used.has(name))
    .flatMap((stage) => Object.keys(stage.faults).map((fault) => `${stage.name}/${fault}`));
  const own = Object.keys(gatewayFaults).filter((name) => !ofTheNetwork.has(name));
  const reach = (all: Iterable<string>, seen: ReadonlySet<string>): Reach => {
    const names = [...new Set(all)];
    return { all: names.length, missed: names.filter((name) => !seen.has(name)) };
  };
  return {
    routes: reach(
      routes.map(({ id }) => id),
      reached.routes,
    ),
    operations: reach(
      routes.flatMap(({ match }) => (match.kind === 'operations' ? match.operations : [])),
      reached.operations,
    ),
    stages: reach(
      uses.map(({ route, use }) => `${route}/${use}`),
      reached.stages,
    ),
    modes: reach(
      uses.map(({ use, mode }) => `${use} ${mode}`),
      reached.modes,
    ),
    faults: reach([...faults, ...own.map((name) => `gateway/${name}`)], reached.faults),
  };
};
