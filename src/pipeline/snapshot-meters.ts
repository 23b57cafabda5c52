import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';

export interface SnapshotMeters {
  /** The folder was loaded with success, or not. */
  loaded(): void;
  failed(): void;
  /** Which revisions judge requests from now on. */
  serving(current: string, candidate: string | undefined): void;
}

/** Which revisions serve, since when, and whether the last attempt to load the folder failed. */
export const createSnapshotMeters = (meters: Meters, clock: ClockPort): SnapshotMeters => {
  const info = meters.gauge({
    name: 'images_gateway_policy_info',
    help: 'The revisions that judge requests: 1 for the current one and for the candidate of a roll-out, 0 for former ones.',
    labels: ['revision', 'role'],
  });
  const successful = meters
    .gauge({
      name: 'images_gateway_policy_last_reload_successful',
      help: 'Whether the last attempt to load the policy folder succeeded.',
      labels: [],
    })
    .at({});
  const timestamp = meters
    .gauge({
      name: 'images_gateway_policy_last_success_timestamp_seconds',
      help: 'When a policy was last loaded with success.',
      labels: [],
    })
    .at({});
  const reloads = meters.counter({
    name: 'images_gateway_policy_reloads_total',
    help: 'Attempts to load the policy folder, the first one included.',
    labels: ['result'],
  });
  const results = { success: reloads.at({ result: 'success' }), failure: reloads.at({ result: 'failure' }) };
  const shown: { current?: string | undefined; candidate?: string | undefined } = {};
  const show = (role: 'current' | 'candidate', revision: string | undefined): void => {
    const former = shown[role];
    if (former !== undefined && former !== revision) info.at({ revision: former, role }).set(0);
    if (revision !== undefined) info.at({ revision, role }).set(1);
    shown[role] = revision;
  };
  return {
    loaded() {
      successful.set(1);
      timestamp.set(clock.now() / 1000);
      results.success.inc();
    },
    failed() {
      successful.set(0);
      results.failure.inc();
    },
    serving(current, candidate) {
      show('current', current);
      show('candidate', candidate);
    },
  };
};
