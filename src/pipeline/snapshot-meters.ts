import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';

/** Which revision serves, since when, and whether the last attempt to load one failed. */
export const createSnapshotMeters = (
  meters: Meters,
  clock: ClockPort,
): { loaded(revision: string): void; failed(): void } => {
  const info = meters.gauge({
    name: 'images_gateway_policy_info',
    help: 'The revision of the policy that serves: 1 for the current one, 0 for former ones.',
    labels: ['revision'],
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
  let current: string | undefined;
  return {
    loaded(revision) {
      if (current !== undefined) info.at({ revision: current }).set(0);
      info.at({ revision }).set(1);
      current = revision;
      successful.set(1);
      timestamp.set(clock.now() / 1000);
      results.success.inc();
    },
    failed() {
      successful.set(0);
      results.failure.inc();
    },
  };
};
