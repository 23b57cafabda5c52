import type { Meters } from '../core/meters.ts';
import type { Operation } from '../core/operation.ts';
import type { Exemption, Policy, Route, SourcePlace, StageUse } from '../core/policy.ts';
import type { Ports } from '../core/ports.ts';
import { type AnyStage, type Fact, OptionError, type Scope } from '../core/stage.ts';
import { RouteTable } from './route-table.ts';
import type { Chain, Step } from './step.ts';
import { stepMeters } from './step-meters.ts';

/** What is wrong with a policy that reads well but cannot work. */
export interface CompileProblem {
  readonly place: SourcePlace;
  readonly message: string;
}

/** A policy compiled once, frozen, and used by every request that began while it was current. */
export interface Snapshot {
  readonly revision: string;
  readonly table: RouteTable<Chain>;
  readonly fallback: Chain | undefined;
  readonly policy: Policy;
}

export type CompileResult =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly problems: readonly CompileProblem[] };

export interface Catalogue {
  readonly stages: readonly AnyStage[];
  readonly operations: readonly Operation[];
  readonly ports: Ports;
  readonly meters: Meters;
}

/** How a fact that is lacking can be had. */
const remedy: Readonly<Record<Fact, string>> = {
  identity: 'put "authenticate" (mode enforce or flag) before it',
  order: 'put "write-order" before it',
  body: 'the gateway reads the body by itself',
  intent: 'let the route match "operations" instead of a path',
};

/** Builds every chain of a policy. Reports all problems at once; nothing of a faulty policy is used. */
export const compilePolicy = (policy: Policy, catalogue: Catalogue): CompileResult => {
  const problems: CompileProblem[] = [];
  const table = new RouteTable<Chain>();
  for (const route of policy.routes) {
    const chain = compileChain(route, policy, catalogue, problems);
    table.add(route.match, chain.operations, chain);
  }
  const fallback = policy.fallback && compileChain(policy.fallback, policy, catalogue, problems);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, snapshot: Object.freeze({ revision: policy.revision, table, fallback, policy }) };
};

const compileChain = (
  route: Route,
  policy: Policy,
  catalogue: Catalogue,
  problems: CompileProblem[],
): Chain => {
  const named = route.match.kind === 'operations' ? route.match.operations : [];
  const operations = catalogue.operations.filter((operation) => named.includes(operation.name));
  const scope: Scope = { routeId: route.id, operations, limits: policy.limits, schemas: policy.schemas };
  const facts = new Set<Fact>(operations.length > 0 ? ['body', 'intent'] : ['body']);
  const steps: Step[] = [];
  for (const use of route.stages) {
    const stage = catalogue.stages.find((candidate) => candidate.name === use.use);
    if (stage === undefined) {
      problems.push({ place: use.at, message: `There is no stage "${use.use}".` });
      continue;
    }
    // A stage that is switched off gives nothing; one in flag mode may fail to give, which the runner refuses.
    if (use.mode === 'off') continue;
    for (const fact of stage.reads.filter((fact) => !facts.has(fact))) {
      problems.push({
        place: use.at,
        message: `Stage "${use.use}" needs ${fact}, which no earlier stage of route "${route.id}" gives: ${remedy[fact]}.`,
      });
    }
    for (const fact of stage.gives) facts.add(fact);
    const exemptions = exemptionsOf(policy, route.id, use.use);
    const step = compileStep(stage, use, scope, exemptions, catalogue, problems);
    if (step !== undefined) steps.push(step);
  }
  return Object.freeze({ route, operations, steps: Object.freeze(steps), identifies: facts.has('identity') });
};

const compileStep = (
  stage: AnyStage,
  use: StageUse,
  scope: Scope,
  exemptions: readonly Exemption[],
  catalogue: Catalogue,
  problems: CompileProblem[],
): Step | undefined => {
  try {
    const check = stage.prepare(use.with, portsOf(stage, catalogue.ports), scope);
    return Object.freeze({
      stage: stage.name,
      mode: use.mode === 'flag' ? 'flag' : 'enforce',
      check,
      faults: stage.faults,
      needsIdentity: stage.reads.includes('identity'),
      needsBody: stage.reads.includes('body') || stage.reads.includes('intent'),
      needsIntent: stage.reads.includes('intent'),
      at: use.at,
      enforcedFrom: use.mode === 'flag' && use.afterwards === 'enforce' ? use.until?.endsAt : undefined,
      exemptions,
      meters: stepMeters(catalogue.meters, stage),
      passed: Object.freeze({ stage: stage.name, outcome: 'pass' }),
    });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const where = error.path.length > 0 ? ` (with.${error.path.join('.')})` : '';
    problems.push({ place: use.at, message: `Stage "${stage.name}"${where}: ${error.message}` });
    return undefined;
  }
};

const exemptionsOf = ({ exemptions = [] }: Policy, route: string, stage: string): readonly Exemption[] =>
  exemptions.filter(
    ({ stages, routes }) => stages.includes(stage) && (routes.length === 0 || routes.includes(route)),
  );

/** Only the ports that the stage names, so that its table tells the truth about what it asks. */
export const portsOf = (stage: Pick<AnyStage, 'ports'>, ports: Ports): Ports =>
  Object.freeze(Object.fromEntries(stage.ports.map((name) => [name, ports[name]]))) as unknown as Ports;
