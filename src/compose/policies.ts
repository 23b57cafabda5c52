import type { GatewayConfig } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort, Ports } from '../core/ports.ts';
import { type Problem, printProblem } from '../files/problem.ts';
import type { RolloutDesk } from '../http/admin-rollout.ts';
import type { Snapshots } from '../pipeline/snapshots.ts';
import { createTurns } from '../policy/in-turn.ts';
import { settledContent } from '../policy/load.ts';
import { oneAtATime } from '../policy/one-at-a-time.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { watchPolicyFolder } from '../policy/watch.ts';
import { createLastGood } from './last-good.ts';
import type { LoadedSnapshot } from './load-snapshot.ts';
import { PolicyHolder, type PreparedSet } from './policy-holder.ts';
import { createPolicyMeters } from './policy-meters.ts';
import { PolicyProblems } from './policy-problems.ts';
import {
  besideFolder,
  createRolloutMemory,
  firstFolder,
  type PolicySources,
  policySetOf,
} from './policy-sources.ts';
import { composePolicyStatus, type PolicyStatus } from './policy-status.ts';
import { composeRollout } from './rollout.ts';

export interface Policies {
  readonly snapshots: Snapshots;
  /** Of the first load. */
  readonly warnings: readonly Problem[];
  readonly rollout: RolloutDesk;
  /** Takes back a candidate that a process of this gateway cannot use; nothing if it is staged no more. */
  dropCandidate(revision: string, problems: readonly Problem[]): Promise<void>;
  /** Loads the folder anew, one load at a time; a folder with problems changes nothing. */
  reload(): Promise<LoadedSnapshot>;
  status(): PolicyStatus;
  /** Ends the watch over the folder. */
  close(): Promise<void>;
}

/** Brings policies to other processes too, whole or not at all. */
export interface PolicyPublisher {
  /** @returns why one of them cannot use them; then nothing has changed */
  prepare(set: PolicySet): Promise<readonly Problem[]>;
  apply(): Promise<void>;
  /** What was prepared is not to be applied. */
  abandon(): void;
}

interface Outside {
  readonly clock: ClockPort;
  readonly meters: Meters;
  readonly log: Log;
}

/** The first policies, and the ways to the next ones. @throws PolicyProblems when the first ones do not load. */
export const composePolicies = async (
  config: GatewayConfig,
  ports: Ports,
  { clock, meters, log }: Outside,
  publisher?: PolicyPublisher,
): Promise<Policies> => {
  const { dir, watch } = config.policies;
  const holder = new PolicyHolder(Object.keys(config.upstreams), { ports, meters });
  const lastGood = createLastGood(config.policies.lastGood, log);
  const memory = config.rollout && createRolloutMemory(config.rollout.state);
  const now = () => new Date(clock.now()).toISOString();

  const first = await firstFolder(dir, holder, lastGood);
  let sources: PolicySources = {
    folder: first.loaded.content,
    rollout: besideFolder((await memory?.recall()) ?? {}, first.loaded.content),
  };
  /** Loads them here and wherever else they are to judge; nothing changes yet. */
  const prepare = async (next: PolicySources): Promise<PreparedSet> => {
    const set = policySetOf(next);
    const ready = await holder.prepare(set);
    const problems = ready.ok ? await publisher?.prepare(set) : undefined;
    return problems === undefined || problems.length === 0 ? ready : { ok: false, part: 'current', problems };
  };
  let prepared = await prepare(sources);
  if (!prepared.ok && prepared.part === 'candidate') {
    const problems = prepared.problems.map(printProblem);
    log.error({ problems }, 'the candidate does not load any more; it is taken back');
    sources = { ...sources, rollout: { ...sources.rollout, candidate: undefined } };
    // Or it would come back in silence, at a start where it loads again.
    const failure = await memory?.write(sources.rollout);
    if (failure !== undefined) log.error({}, `That is not remembered: ${failure}`);
    prepared = await prepare(sources);
  }
  if (!prepared.ok) throw new PolicyProblems(prepared.problems);
  await publisher?.apply();
  prepared.apply();
  const { snapshots } = holder;
  const counted = createPolicyMeters(meters, clock, snapshots, () => sources);
  const status = composePolicyStatus({ snapshots, sources: () => sources, now });
  const inTurn = createTurns();

  const settle = (problems: readonly Problem[]): void => {
    status.attempted(problems);
    if (problems.length === 0) counted.loaded();
    else counted.failed();
  };

  /** From now on these judge. @param fromFolder whether this is the end of an attempt to load the folder. */
  const adopt = async (
    next: PolicySources,
    ready: Extract<PreparedSet, { ok: true }>,
    fromFolder = false,
  ): Promise<void> => {
    await publisher?.apply();
    ready.apply();
    sources = next;
    // Before it is told what serves: the last good policy has had its time.
    if (fromFolder) settle([]);
    status.adopted();
    counted.serving(status.now().source);
  };

  settle(first.problems);
  counted.serving(status.now().source);
  if (first.problems.length === 0) await lastGood?.keep(first.loaded.content);
  else
    log.error(
      { problems: first.problems.map(printProblem), revision: snapshots.current.revision },
      'the policy folder does not load; the last good policy serves until it does',
    );

  const loadFolder = async (): Promise<LoadedSnapshot> => {
    const loaded = await holder.load(await settledContent(dir));
    if (!loaded.ok) return loaded;
    const next = { folder: loaded.content, rollout: besideFolder(sources.rollout, loaded.content) };
    const ready = await prepare(next);
    if (!ready.ok) return ready;
    const before = sources.rollout;
    await adopt(next, ready, true);
    await lastGood?.keep(loaded.content);
    const forgotten =
      before.promoted !== next.rollout.promoted || before.candidate !== next.rollout.candidate;
    const failure = forgotten ? await memory?.write(next.rollout) : undefined;
    // Nothing is lost: what was forgotten now is forgotten at the next start for the same reason.
    if (failure !== undefined) log.error({}, `The roll-out is over, which is not remembered: ${failure}`);
    return loaded;
  };

  const reload = oneAtATime(() =>
    inTurn(async (): Promise<LoadedSnapshot> => {
      const next = await loadFolder();
      const { revision } = snapshots.current;
      if (!next.ok) {
        settle(next.problems);
        const problems = next.problems.map(printProblem);
        log.error({ problems }, 'policy not loaded; the former revision serves on');
      } else if (next.snapshot.revision === revision) log.info({ revision }, 'policy loaded');
      else
        log.warn(
          { revision, folder: next.snapshot.revision },
          'policy loaded; the promoted revision serves on, since the folder holds what it was promoted over',
        );
      return next;
    }),
  );
  const watching = watch === true ? watchPolicyFolder(dir, first.seen, reload) : undefined;
  const rollout = composeRollout({
    dir: config.rollout?.dir,
    memory,
    prepare,
    abandon: () => publisher?.abandon(),
    sources: () => sources,
    adopt,
    status: () => status.now(),
    now,
    log,
    inTurn,
  });
  return {
    snapshots,
    warnings: first.loaded.warnings,
    rollout,
    dropCandidate: rollout.drop,
    reload,
    status: status.now,
    close: async () => watching?.close(),
  };
};
