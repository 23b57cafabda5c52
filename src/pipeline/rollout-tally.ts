import { type CounterSeries, durationBuckets, type Meters } from '../core/meters.ts';
import { outcomeOf } from './decision.ts';
import type { Finished } from './records.ts';
import type { Snapshots } from './snapshots.ts';

/** What became of the requests of one revision since the candidate was staged, in this process. */
export interface RoleCounts {
  requests: number;
  /** Answered with a refusal of ours. */
  refused: number;
  /** Would have been refused, by a stage in flag mode. */
  flagged: number;
  /** Answers 5xx, whoever made them. */
  failed: number;
}

const roles = ['current', 'candidate'] as const;
type Role = (typeof roles)[number];

export type RolloutCounts = Readonly<Record<Role, Readonly<RoleCounts>>>;

export interface RolloutTally {
  /** Counts a request that is over, if a candidate is staged; does nothing else. */
  record(finished: Finished): void;
  /** Since the candidate was staged; `undefined`: none is. */
  counts(): RolloutCounts | undefined;
}

const nothing = (): RoleCounts => ({ requests: 0, refused: 0, flagged: 0, failed: 0 });

/**
 * Compares the two revisions of a roll-out. The label is the role, not the revision: it is bounded, and rules need not
 * be written anew for each roll-out.
 */
export const createRolloutTally = (meters: Meters, snapshots: Snapshots): RolloutTally => {
  const requests = meters.counter({
    name: 'images_gateway_rollout_requests_total',
    help: 'Requests answered while a candidate was staged, by the revision that judged them, outcome and status class.',
    labels: ['role', 'outcome', 'status_class'],
  });
  const refusals = meters.counter({
    name: 'images_gateway_rollout_refusals_total',
    help: 'Requests answered with a fault of ours while a candidate was staged, by the revision that refused, stage and fault.',
    labels: ['role', 'stage', 'fault'],
  });
  const durations = meters.histogram({
    name: 'images_gateway_rollout_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer while a candidate was staged, by revision.',
    labels: ['role'],
    buckets: durationBuckets,
  });
  const series = new Map<string, CounterSeries>();
  let counted = 0;
  let counts = { current: nothing(), candidate: nothing() };

  const begin = (): void => {
    if (counted === snapshots.stagings) return;
    counted = snapshots.stagings;
    counts = { current: nothing(), candidate: nothing() };
  };

  const count = (role: Role, finished: Finished): void => {
    const { status, fault } = finished;
    const outcome = outcomeOf(finished, finished.exchange?.flags ?? []);
    const statusClass = `${Math.trunc(status / 100)}xx`;
    const key = `${role} ${outcome} ${statusClass}`;
    let counter = series.get(key);
    if (counter === undefined) {
      counter = requests.at({ role, outcome, status_class: statusClass });
      series.set(key, counter);
    }
    counter.inc();
    durations.at({ role }).observe(finished.seconds);
    const own = counts[role];
    own.requests++;
    if (outcome === 'deny') own.refused++;
    if (outcome === 'flag') own.flagged++;
    if (status >= 500) own.failed++;
    if (fault === undefined) return;
    const [stage = '', name = ''] = fault.split('/');
    refusals.at({ role, stage, fault: name }).inc();
  };

  return {
    record(finished) {
      const { candidate, current } = snapshots;
      if (candidate === undefined) return;
      begin();
      // A request that began before a swap may have been judged by neither.
      if (finished.revision === candidate.snapshot.revision) count('candidate', finished);
      else if (finished.revision === current.revision) count('current', finished);
    },
    counts() {
      if (snapshots.candidate === undefined) return undefined;
      begin();
      return counts;
    },
  };
};
