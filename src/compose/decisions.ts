import { createDecisionFile } from '../adapters/decision-file.ts';
import type { GatewayConfig } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import { decisionsPages } from '../http/admin-decisions.ts';
import type { AdminPage } from '../http/admin-page.ts';
import type { KeptDecision } from '../pipeline/decision.ts';
import { RecentDecisions } from '../pipeline/recent-decisions.ts';

export interface Decisions {
  /** Told of every decision. */
  readonly keepers: readonly ((decision: KeptDecision) => void)[];
  readonly pages: readonly (readonly [string, AdminPage])[];
  close(): Promise<void>;
}

/** Who keeps decisions: a ring in memory, and a file if one is configured. */
export const composeDecisions = (
  { log: { decisionFile, recentDecisions = 200 } }: GatewayConfig,
  outside: { readonly meters: Meters; readonly log: Log },
): Decisions => {
  const recent = new RecentDecisions(recentDecisions);
  const file =
    decisionFile === undefined ? undefined : createDecisionFile({ path: decisionFile, ...outside });
  return {
    keepers: [
      (decision) => recent.add(decision),
      ...(file === undefined ? [] : [(decision: KeptDecision) => file.add(decision)]),
    ],
    pages: decisionsPages(recent),
    close: async () => file?.close(),
  };
};
