import type { Decision } from '../core/decision.ts';
import { noLog } from '../core/silence.ts';
import type { Catalogue, Snapshot } from '../pipeline/compile.ts';
import { rehearseEnding } from '../pipeline/rehearse.ts';
import { knownCallers, recall } from './decision-world.ts';
import { replayLimits } from './replay-limits.ts';
import { prepareRehearsal } from './run.ts';

/** What became, or would become, of one request. */
export interface Ending {
  readonly outcome: Decision['outcome'];
  /** The refusal, or the first flag, as `stage/fault`. */
  readonly fault: string | undefined;
  readonly route: string;
}

/** Judges recorded requests by a policy, in their order; `undefined`: the record does not hold enough. */
export type Replayer = (decision: Decision) => Promise<Ending | undefined>;

/** Limits are counted again from the first decision on, so a replayer judges one recording. */
export const createReplayer = (
  policy: Snapshot['policy'],
  catalogue: Pick<Catalogue, 'stages' | 'operations' | 'meters'>,
): Replayer => {
  const rehearsal = prepareRehearsal(policy, catalogue, (ports) => ({
    ...ports,
    limits: replayLimits(() => ports.clock.now()),
  }));
  const { ports } = rehearsal.world;
  const outside = { lookups: ports, clock: ports.clock, log: noLog };
  const callers = knownCallers();
  return async (decision) => {
    const recalled = recall(decision, callers);
    if (recalled === undefined) return undefined;
    rehearsal.world.world = recalled.world;
    const ended = await rehearseEnding(rehearsal.snapshot, recalled.request, outside);
    const outcome = ended.outcome === 'pass' && ended.flags.length > 0 ? 'flag' : ended.outcome;
    return { outcome, fault: ended.fault ?? ended.flags[0], route: ended.route ?? '' };
  };
};

/** What the record itself says. */
export const recordedEnding = ({ outcome, fault, flags, route, status }: Decision): Ending =>
  // An upstream that failed is no judgement: the request had passed.
  outcome === 'deny' || outcome === 'relay'
    ? { outcome, fault: fault ?? `${status}`, route }
    : { outcome, fault: flags[0], route };

export const changeKinds = [
  'newly denied',
  'newly allowed',
  'denied otherwise',
  'newly flagged',
  'no longer flagged',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** How two endings differ for the caller; `undefined`: they do not. */
export const changeKind = (before: Ending, after: Ending): ChangeKind | undefined => {
  const [refused, refuses] = [before, after].map(({ outcome }) => outcome === 'deny' || outcome === 'relay');
  if (!refused && refuses) return 'newly denied';
  if (refused && !refuses) return 'newly allowed';
  if (refused) {
    // What the cloud itself answered to a look-up cannot be told apart by a name.
    if (before.outcome === 'relay' && after.outcome === 'relay') return undefined;
    return before.fault === after.fault ? undefined : 'denied otherwise';
  }
  if (before.outcome === after.outcome && before.fault === after.fault) return undefined;
  if (after.outcome === 'flag') return 'newly flagged';
  return 'no longer flagged';
};
