import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';
import { createSnapshotMeters } from '../pipeline/snapshot-meters.ts';
import type { Snapshots } from '../pipeline/snapshots.ts';
import { nearestEnd } from '../policy/deadline.ts';
import type { PolicySources } from './policy-sources.ts';
import { type PolicySourceName, policySourceNames } from './policy-status.ts';

/** What is measured of policies: which revisions serve, where they come from, and whether the folder loads. */
export const createPolicyMeters = (
  meters: Meters,
  clock: ClockPort,
  snapshots: Snapshots,
  sources: () => PolicySources,
): { loaded(): void; failed(): void; serving(source: PolicySourceName): void } => {
  const counted = createSnapshotMeters(meters, clock);
  const source = meters.gauge({
    name: 'images_gateway_policy_source',
    help: 'Where the current revision comes from: 1 for the policy folder, for a promoted candidate, or for the last good policy that is kept for a folder that does not load.',
    labels: ['source'],
  });
  meters.observed(
    {
      name: 'images_gateway_rollout_percent',
      help: 'The share of projects that get the candidate, besides the named ones; 0 when none is staged.',
      labels: [],
    },
    () => sources().rollout.candidate?.percent ?? 0,
  );
  meters.observed(
    {
      name: 'images_gateway_policy_nearest_expiry_timestamp_seconds',
      help: 'When the first exemption or flag mode ends, or has ended, of the policy or of a candidate beside it; +Inf when none has an end.',
      labels: [],
    },
    () => {
      const { current, candidate } = snapshots;
      const judging = candidate === undefined ? [current] : [current, candidate.snapshot];
      return Math.min(...judging.map(({ policy }) => nearestEnd(policy))) / 1000;
    },
  );
  return {
    loaded: counted.loaded,
    failed: counted.failed,
    serving(now) {
      counted.serving(snapshots.current.revision, snapshots.candidate?.snapshot.revision);
      for (const name of policySourceNames) source.at({ source: name }).set(name === now ? 1 : 0);
    },
  };
};
