import { createDecisionFile } from '../adapters/decision-file.ts';
import type { GatewayConfig } from '../config/schema.ts';
import type { Decision } from '../core/decision.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { KeptDecision } from '../pipeline/decision.ts';
import { RecentDecisions } from '../pipeline/recent-decisions.ts';

export interface Decisions {
  /** Told of every decision. */
  readonly keepers: readonly ((decision: KeptDecision) => void)[];
  /** The newest first, masked; `wanted`: members that have to be equal. */
  list(wanted: Readonly<Record<string, string>>, most: number): readonly Decision[];
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
    list: (wanted, most) => {
      const named = Object.entries(wanted);
      return recent.list(
        (kept) => named.every(([name, value]) => kept[name as keyof typeof kept] === value),
        most,
      );
    },
    close: async () => file?.close(),
  };
};
