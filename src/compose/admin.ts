import type { GatewayConfig } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { ClockPort } from '../core/ports.ts';
import { printProblem } from '../files/problem.ts';
import { createAdminHandler } from '../http/admin.ts';
import { decisionsPages } from '../http/admin-decisions.ts';
import { limitsPages } from '../http/admin-limits.ts';
import { logPages } from '../http/admin-log.ts';
import type { AdminPage } from '../http/admin-page.ts';
import { rolloutPages } from '../http/admin-rollout.ts';
import { statusPages } from '../http/admin-status.ts';
import { tokensPages } from '../http/admin-tokens.ts';
import { packageVersion } from '../telemetry/version.ts';
import type { Desk } from './desk.ts';
import type { Policies } from './policies.ts';

export interface AdminParts {
  readonly desk: Desk;
  readonly policies: Policies;
  /** Whether clients are served, and not asked to go elsewhere. */
  readonly ready: () => boolean;
  readonly draining: () => boolean;
  readonly clock: ClockPort;
  readonly log: Log;
}

/** The handler of the admin listener. */
export const composeAdmin = ({ admin }: GatewayConfig, parts: AdminParts): AdminPage => {
  const { desk, policies, ready, draining, clock, log } = parts;
  return createAdminHandler({
    state: {
      ready,
      revision: () => policies.snapshots.current.revision,
      policy: policies.status,
      details: async () => desk.health(),
    },
    scrape: (openMetrics) => desk.scrape(openMetrics),
    reload: async () => {
      const next = await policies.reload();
      return next.ok ? [] : next.problems.map(printProblem);
    },
    token: admin.token,
    writes: admin.writes ?? admin.token !== undefined,
    clock,
    log,
    pages: [
      ...limitsPages(desk.limits, log),
      ...tokensPages(desk.tokens),
      ...rolloutPages(policies.rollout, async () => (await desk.status()).rollout),
      ...decisionsPages(desk),
      ...logPages(desk.log),
      ...statusPages({
        serving: () => desk.status(),
        version: packageVersion(),
        now: clock.now,
        draining,
        policy: policies.status,
      }),
    ],
  });
};
