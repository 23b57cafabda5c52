import { setTimeout as pause } from 'node:timers/promises';
import { composeAdmin } from './compose/admin.ts';
import { composeClientTls } from './compose/client-tls.ts';
import { composeListenerTls } from './compose/listener-tls.ts';
import { composeListeners, graceMs } from './compose/listeners.ts';
import type { LoadedSnapshot } from './compose/load-snapshot.ts';
import { Parts } from './compose/parts.ts';
import { composePolicies } from './compose/policies.ts';
import { composeServing } from './compose/serving.ts';
import { composeStore } from './compose/store.ts';
import type { GatewayConfig } from './config/schema.ts';
import type { LevelledLog } from './core/log.ts';
import type { Problem } from './files/problem.ts';
import { createLogger } from './telemetry/logger.ts';
import { Metrics } from './telemetry/metrics.ts';

export interface RunningGateway {
  /** Addresses that were really bound, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly adminUrl: string;
  readonly warnings: readonly Problem[];
  /** Of all processes that serve. */
  readonly log: Pick<LevelledLog, 'level' | 'setLevel'>;
  /** Loads the policy folder and the certificates of the listeners anew; what has problems changes nothing. */
  reload(): Promise<LoadedSnapshot>;
  /** Not ready at once, serving on for the drain time, then finishing what is under way. `now` skips the drain time. */
  stop(now?: boolean): Promise<void>;
}

type Logger = ReturnType<typeof createLogger>;

/** Builds and joins everything that the configuration describes, and starts to listen. @throws PolicyProblems (see `compose/policy-problems.ts`) */
export const startGateway = async (
  config: GatewayConfig,
  log: Logger = createLogger(config.log.level),
): Promise<RunningGateway> => {
  const core = await composeGateway(config, log);
  try {
    const listeners = await composeListeners(config, core.edge, core.admin, core);
    core.begin();
    return {
      url: listeners.url,
      adminUrl: listeners.adminUrl,
      warnings: core.policies.warnings,
      log,
      reload: async () => {
        await core.renewCertificates();
        return core.policies.reload();
      },
      stop: (now = false) => core.stop(() => listeners.drain(now ? 0 : config.timeouts.drainMs)),
    };
  } catch (error) {
    await core.stop(async () => {});
    throw error;
  }
};

export type GatewayCore = Awaited<ReturnType<typeof build>>;

/** Everything but the listeners. @throws PolicyProblems */
export const composeGateway = async (
  config: GatewayConfig,
  log: Logger = createLogger(config.log.level),
): Promise<GatewayCore> => {
  const parts = new Parts();
  try {
    return await build(config, log, parts);
  } catch (error) {
    await parts.close();
    throw error;
  }
};

const build = async (settings: GatewayConfig, log: Logger, parts: Parts) => {
  const outside = { clock: { now: Date.now }, meters: new Metrics(), log };
  const clientTls = parts.own(await composeClientTls(settings, outside));
  const { config } = clientTls;
  let draining = false;
  let serving = false;
  const { handler, edge, policies, desk, renewCertificates } = await composeServing(config, {
    ...outside,
    parts,
    store: parts.own(await composeStore(config, outside)),
    openPolicies: async (ports) => parts.own(await composePolicies(config, ports, outside)),
    draining: () => draining,
  });
  const admin = composeAdmin(config, {
    ...outside,
    desk,
    policies,
    ready: () => serving && !draining,
    draining: () => draining,
  });
  const adminTls = parts.own(await composeListenerTls('admin', config.admin.tls, outside));
  return {
    handler,
    edge,
    admin,
    adminTls: adminTls.edge,
    policies,
    log,
    async renewCertificates() {
      await clientTls.renew();
      await renewCertificates();
      await adminTls.renew();
    },
    /** Clients can be served: ready from now on. */
    begin() {
      serving = true;
    },
    /** Resolves when no request is in flight, or after the patience with them. */
    async idle() {
      const end = performance.now() + graceMs;
      while (handler.inFlight > 0 && performance.now() < end) await pause(20);
    },
    /** @param finish ends what is under way; everything is closed behind it. */
    async stop(finish: () => Promise<void>) {
      draining = true;
      await finish();
      await parts.close();
      log.flush();
    },
  };
};
