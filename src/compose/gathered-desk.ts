import type { RevocationRecord } from '../adapters/revocations.ts';
import type { LevelledLog } from '../core/log.ts';
import type { Topic } from '../core/peer.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { ClockPort, Outage } from '../core/ports.ts';
import type { ServingStatus } from '../http/admin-status.ts';
import type { RunningWorker } from '../workers/worker.ts';
import type { Desk } from './desk.ts';
import type { GatheredMetrics } from './gathered-metrics.ts';
import type { GatheredRollout } from './gathered-rollout.ts';
import { joinedHealth, joinedStatus } from './joined-status.ts';
import type { StandingRevocations } from './standing-revocations.ts';
import {
  askDecisions,
  askHealth,
  askStatus,
  clearLimits,
  revokeTokens,
  setLevel,
  showLimits,
} from './worker-topics.ts';

/** Milliseconds for an answer of a worker. One that hangs must not hold up a page; it is replaced. */
const answerMs = 2000;
/** Milliseconds for what must not be given up half done: Redis may be asked for many keys. */
const changeMs = 10_000;

export interface GatheredDeskOptions {
  /** Those that serve clients at this moment. */
  readonly workers: () => readonly RunningWorker[];
  /** Those too that are about to serve: what changes, they have to be told. */
  readonly begun: () => readonly RunningWorker[];
  readonly metrics: GatheredMetrics;
  readonly rollout: GatheredRollout;
  readonly revocations: StandingRevocations;
  /** The limits of the policy that is in force. */
  readonly limits: () => readonly LimitDefinition[];
  /** Bounds of the whole gateway. */
  readonly maxInFlight: number;
  readonly recentDecisions: number;
  readonly clock: ClockPort;
  readonly log: LevelledLog;
}

/** The desk of several workers: all of them are asked, and what they say is put together. */
export const gatherDesk = (options: GatheredDeskOptions): Desk => {
  const { workers, begun, revocations, clock, log } = options;

  const askAll = async <Q, A>(
    topic: Topic<Q, A>,
    question: Q,
    budgetMs = answerMs,
  ): Promise<readonly A[]> => {
    const answers = await Promise.all(workers().map(({ peer }) => peer.ask(topic, question, budgetMs)));
    return answers.filter((answer) => answer !== undefined);
  };
  /** The answer of the first one that gives one. */
  const askOne = async <Q, A>(topic: Topic<Q, A>, question: Q): Promise<A | undefined> => {
    for (const { peer } of workers()) {
      const answer = await peer.ask(topic, question, answerMs);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  const status = async (): Promise<ServingStatus> => {
    const [parts, rollout] = await Promise.all([askAll(askStatus, null), options.rollout.counts()]);
    return { ...joinedStatus(parts, options.maxInFlight), rollout };
  };

  return {
    status,
    health: async () => joinedHealth(await askAll(askHealth, null)),
    scrape: (openMetrics) => options.metrics.scrape(workers(), openMetrics),
    async decisions(wanted, most) {
      const kept = Math.min(most, options.recentDecisions);
      const lists = await askAll(askDecisions, { wanted, most: kept });
      return lists
        .flat()
        .sort((a, b) => (a.time < b.time ? 1 : -1))
        .slice(0, kept);
    },
    limits: {
      limits: options.limits,
      pressure: async () => (await status()).pressure,
      show: async (party) => (await askOne(showLimits, party)) ?? 'timeout',
      async reset(party, limit): Promise<number | Outage> {
        // Each has a memory of refusals of its own; the counters, wherever they are, can be forgotten only once.
        const answers = await askAll(clearLimits, { party, limit }, changeMs);
        const counts = answers.filter((answer) => typeof answer === 'number');
        if (counts.length > 0) return counts.reduce((sum, count) => sum + count, 0);
        return answers.find((answer) => typeof answer !== 'number') ?? 'timeout';
      },
    },
    tokens: {
      async revoke(revocation) {
        const record: RevocationRecord = { ...revocation, at: clock.now() };
        // A worker that begins from now on is told at its begin.
        revocations.add(record);
        const [first] = workers();
        const reports = await Promise.all(
          begun().map(({ peer, url }) => {
            const report = peer.ask(revokeTokens, { record, order: peer === first?.peer }, changeMs);
            return url === undefined ? undefined : report;
          }),
        );
        const told = reports.filter((report) => report !== undefined);
        return {
          dropped: told.reduce((sum, { dropped }) => sum + dropped, 0),
          shared: told.find(({ shared }) => shared !== undefined)?.shared,
        };
      },
    },
    log: {
      level: () => log.level(),
      setLevel(level) {
        log.setLevel(level);
        for (const { peer } of begun()) void peer.ask(setLevel, level, changeMs);
      },
    },
  };
};
