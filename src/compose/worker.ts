import { unpackConfig } from '../config/sent-config.ts';
import type { Peer } from '../core/peer.ts';
import type { createLogger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { composeClientTls } from './client-tls.ts';
import { graceMs, openEdge } from './listeners.ts';
import { Parts } from './parts.ts';
import { PolicyHolder } from './policy-holder.ts';
import { composeServing } from './serving.ts';
import { composeStore } from './store.ts';
import { openSentPolicies } from './worker-policies.ts';
import { composeWorkerStore } from './worker-store.ts';
import {
  askDecisions,
  askHealth,
  askMetrics,
  askRollout,
  askStatus,
  clearLimits,
  renewCertificates,
  revokeTokens,
  type Setup,
  setLevel,
  showLimits,
} from './worker-topics.ts';

export interface WorkerGateway {
  readonly url: string;
  /** Finishes what is under way. @param drainMs milliseconds to serve on first */
  stop(drainMs: number): Promise<void>;
}

/**
 * One of several processes that serve clients. All that the gateway has once, it asks of the primary: counters,
 * leases and resizes without Redis, policies, and what operators want.
 */
export const startWorker = async (
  primary: Peer,
  setup: Setup,
  log: ReturnType<typeof createLogger>,
): Promise<WorkerGateway> => {
  const settings = unpackConfig(setup.config);
  const outside = { clock: { now: Date.now }, meters: new Metrics(), log };
  const parts = new Parts();
  let draining = false;
  try {
    const clientTls = parts.own(await composeClientTls(settings, outside));
    const { config } = clientTls;
    const store = parts.own(
      config.limits.store === 'memory'
        ? composeWorkerStore(primary, setup.workers, outside.meters)
        : await composeStore(config, outside),
    );
    const serving = await composeServing(config, {
      ...outside,
      parts,
      store,
      draining: () => draining,
      openPolicies: (ports) => {
        const names = Object.keys(config.upstreams);
        const holder = new PolicyHolder(names, { ports, meters: outside.meters }, { cases: false });
        return openSentPolicies(primary, setup.policies, holder);
      },
    });
    const { desk, tokens, edge } = serving;
    for (const record of setup.revocations) tokens.take(record);
    primary.answer(askHealth, () => desk.health());
    primary.answer(askStatus, () => desk.status());
    primary.answer(askRollout, async () => (await desk.status()).rollout ?? null);
    primary.answer(askMetrics, () => outside.meters.report());
    primary.answer(askDecisions, ({ wanted, most }) => desk.decisions(wanted, most));
    primary.answer(showLimits, (party) => desk.limits.show(party));
    primary.answer(clearLimits, ({ party, limit }) => desk.limits.reset(party, limit));
    primary.answer(revokeTokens, async ({ record, order }) =>
      order ? tokens.revoke(record) : { dropped: tokens.take(record), shared: undefined },
    );
    primary.answer(renewCertificates, async () => {
      await clientTls.renew();
      await serving.renewCertificates();
      return true;
    });
    primary.answer(setLevel, (level) => {
      log.setLevel(level);
      return true;
    });
    const url = await openEdge(config, edge);
    return {
      url,
      async stop(drainMs) {
        draining = true;
        const cut = await edge.drain(drainMs, graceMs);
        if (cut > 0) log.warn({ cut }, 'connections were cut because their answers took too long');
        await parts.close();
        log.flush();
      },
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
};
