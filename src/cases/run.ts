import { setImmediate as breath } from 'node:timers/promises';
import { isObject } from '../core/json.ts';
import type { Ports } from '../core/ports.ts';
import { noLog } from '../core/silence.ts';
import type { Problem } from '../files/problem.ts';
import { type Catalogue, compilePolicy, type Snapshot } from '../pipeline/compile.ts';
import { type Judgement, rehearse } from '../pipeline/rehearse.ts';
import { caseRequest } from './case-request.ts';
import { type Difference, differences } from './compare.ts';
import type { PolicyCase } from './load.ts';
import { worldOf } from './world.ts';
import { WorldPorts } from './world-ports.ts';

/** `error`: the case could not be judged, or a stage failed on it: a bug of a stage, or of the case. */
export type CaseResult = {
  readonly case: PolicyCase;
  readonly milliseconds: number;
  readonly judged: Judgement | undefined;
} & (
  | { readonly outcome: 'pass' }
  | { readonly outcome: 'fail'; readonly differences: readonly Difference[] }
  | { readonly outcome: 'error'; readonly message: string }
);

/** A policy compiled to be rehearsed: its stages ask the world that is set, and nobody else. */
export interface Rehearsal {
  readonly snapshot: Snapshot;
  readonly world: WorldPorts;
}

/**
 * @param through what stands between the stages and the world.
 * @throws if the policy does not compile: callers compile it with the real ports first.
 */
export const prepareRehearsal = (
  policy: Snapshot['policy'],
  catalogue: Pick<Catalogue, 'stages' | 'operations' | 'meters'>,
  through: (ports: Ports) => Ports = (ports) => ports,
): Rehearsal => {
  const world = new WorldPorts(worldOf({}, {}, '/'));
  const compiled = compilePolicy(policy, { ...catalogue, ports: through(world.ports) });
  if (!compiled.ok) throw new Error(`the policy does not compile: ${compiled.problems[0]?.message}`);
  return { snapshot: compiled.snapshot, world };
};

/** Milliseconds after which others have their turn: a gateway that loads a policy serves requests meanwhile. */
const breathMs = 10;

/**
 * Judges the cases one after the other through the real admission, compiler and runner.
 * @param elapsed milliseconds from some moment on; measured, never shown to a stage.
 */
export const runCases = async (
  rehearsal: Rehearsal,
  cases: readonly PolicyCase[],
  elapsed: () => number,
): Promise<readonly CaseResult[]> => {
  const results: CaseResult[] = [];
  let since = elapsed();
  for (const one of cases) {
    results.push(await runCase(rehearsal, one, elapsed));
    if (elapsed() - since < breathMs) continue;
    await breath();
    since = elapsed();
  }
  return results;
};

const runCase = async (rehearsal: Rehearsal, one: PolicyCase, elapsed: () => number): Promise<CaseResult> => {
  const started = elapsed();
  rehearsal.world.world = one.world;
  const { ports } = rehearsal.world;
  let bug: string | undefined;
  const log = {
    ...noLog,
    error: ({ images_gateway: ours, err }: Readonly<Record<string, unknown>>) => {
      bug = `stage ${String(isObject(ours) ? ours['stage'] : undefined)} failed: ${String(err)}`;
    },
  };
  const done = (milliseconds = elapsed() - started) => ({ case: one, milliseconds });
  try {
    const outside = { lookups: ports, clock: ports.clock, log };
    const judged = await rehearse(rehearsal.snapshot, caseRequest(one.request, one.world), outside);
    if (bug !== undefined) return { ...done(), judged, outcome: 'error', message: bug };
    const found = differences(one.expect, judged);
    return found.length === 0
      ? { ...done(), judged, outcome: 'pass' }
      : { ...done(), judged, outcome: 'fail', differences: found };
  } catch (error) {
    return { ...done(), judged: undefined, outcome: 'error', message: String(error) };
  }
};

/** What is wrong with a case that is red, as a problem of its file. */
export const redProblem = (result: CaseResult): Problem | undefined => {
  const { at, name, place } = result.case;
  if (result.outcome === 'pass') return undefined;
  if (result.outcome === 'error')
    return { place: at, message: `Case "${name}" cannot be judged: ${result.message}.` };
  const [first] = result.differences;
  const more = result.differences.length > 1 ? ` (and ${result.differences.length - 1} more)` : '';
  return {
    place: first === undefined ? at : place(['expect', ...first.path]),
    message: `Case "${name}" fails: ${first?.path.join('.')} should be ${first?.expected}, but is ${first?.actual}${more}.`,
  };
};
