import type { GatewayConfig } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort, Ports } from '../core/ports.ts';
import { type Problem, printProblem } from '../files/problem.ts';
import { createSnapshotMeters } from '../pipeline/snapshot-meters.ts';
import { Snapshots } from '../pipeline/snapshots.ts';
import { nearestEnd } from '../policy/deadline.ts';
import { fingerprint } from '../policy/load.ts';
import { oneAtATime } from '../policy/one-at-a-time.ts';
import { watchPolicyFolder } from '../policy/watch.ts';
import { type LoadedSnapshot, loadSnapshot } from './load-snapshot.ts';
import type { PolicySet } from './sent-policies.ts';

/** A policy that does not load: at the start that ends the process, at a reload the old one serves on. */
export class PolicyProblems extends Error {
  override readonly name = 'PolicyProblems';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`the policy folder has ${problems.length} problem(s)`);
    this.problems = problems;
  }
}

/** What became of the last attempt to load the folder, for the admin page. */
export interface PolicyStatus {
  readonly revision: string;
  /** When it began to serve, as an ISO date. */
  readonly since: string;
  readonly lastAttempt: { readonly at: string; readonly ok: boolean; readonly problems: readonly string[] };
}

export interface Policies {
  readonly snapshots: Snapshots;
  /** Of the first load. */
  readonly warnings: readonly Problem[];
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
}

interface Outside {
  readonly clock: ClockPort;
  readonly meters: Meters;
  readonly log: Log;
}

const nearestExpiry = {
  name: 'images_gateway_policy_nearest_expiry_timestamp_seconds',
  help: 'When the first exemption or flag mode of the policy ends, or has ended; +Inf when none has an end.',
  labels: [],
} as const;

/** The first snapshot, and the ways to the next one. @throws PolicyProblems when the first one does not load. */
export const composePolicies = async (
  config: GatewayConfig,
  ports: Ports,
  { clock, meters, log }: Outside,
  publisher?: PolicyPublisher,
): Promise<Policies> => {
  const { dir, watch } = config.policies;
  const load = async (): Promise<LoadedSnapshot> => {
    const loaded = await loadSnapshot(dir, Object.keys(config.upstreams), { ports, meters });
    const problems = loaded.ok ? await publisher?.prepare({ current: loaded.content }) : undefined;
    return problems === undefined || problems.length === 0 ? loaded : { ok: false, problems };
  };
  const first = await load();
  if (!first.ok) throw new PolicyProblems(first.problems);
  await publisher?.apply();
  const snapshots = new Snapshots(first.snapshot);
  const counted = createSnapshotMeters(meters, clock);
  const now = () => new Date(clock.now()).toISOString();
  counted.loaded(first.snapshot.revision);
  meters.observed(nearestExpiry, () => nearestEnd(snapshots.current.policy) / 1000);
  let since = now();
  let lastAttempt: PolicyStatus['lastAttempt'] = { at: since, ok: true, problems: [] };

  const reload = oneAtATime(async (): Promise<LoadedSnapshot> => {
    const next = await load();
    const problems = next.ok ? [] : next.problems.map(printProblem);
    lastAttempt = { at: now(), ok: next.ok, problems };
    if (next.ok) {
      if (next.snapshot.revision !== snapshots.current.revision) since = lastAttempt.at;
      await publisher?.apply();
      snapshots.swap(next.snapshot);
      counted.loaded(next.snapshot.revision);
      log.info({ revision: next.snapshot.revision }, 'policy loaded');
    } else {
      counted.failed();
      log.error({ problems }, 'policy not loaded; the former revision serves on');
    }
    return next;
  });
  const watching = watch === true ? watchPolicyFolder(dir, fingerprint(first.content), reload) : undefined;
  return {
    snapshots,
    warnings: first.warnings,
    reload,
    status: () => ({ revision: snapshots.current.revision, since, lastAttempt }),
    close: async () => watching?.close(),
  };
};
