import { setTimeout as pause } from 'node:timers/promises';
import { createForwarder } from './adapters/upstream.ts';
import { composeDecisions } from './compose/decisions.ts';
import { composeTokens } from './compose/identity.ts';
import { composeLimitsDesk } from './compose/limits-desk.ts';
import { composeEdge, composeListeners, graceMs } from './compose/listeners.ts';
import type { LoadedSnapshot } from './compose/load-snapshot.ts';
import { composeLookups } from './compose/lookups.ts';
import { composePolicies } from './compose/policies.ts';
import { composeStore } from './compose/store.ts';
import type { GatewayConfig } from './config/schema.ts';
import type { Ports } from './core/ports.ts';
import { type Problem, printProblem } from './files/problem.ts';
import { createAdminHandler } from './http/admin.ts';
import { limitsPages } from './http/admin-limits.ts';
import { logPages } from './http/admin-log.ts';
import { statusPages } from './http/admin-status.ts';
import { tokensPages } from './http/admin-tokens.ts';
import { createHandler } from './http/handler.ts';
import { Load } from './http/load.ts';
import { watchLoopLag } from './http/loop-lag.ts';
import { Activity } from './pipeline/activity.ts';
import { trustedPeers } from './pipeline/client-address.ts';
import { createRecords } from './pipeline/records.ts';
import { createRequestMeters } from './pipeline/request-meters.ts';
import { createLogger } from './telemetry/logger.ts';
import { Metrics } from './telemetry/metrics.ts';
import { createProcessMeters } from './telemetry/process-meters.ts';
import { createTracing } from './telemetry/tracing.ts';
import { packageVersion } from './telemetry/version.ts';

export interface RunningGateway {
  /** Addresses that were really bound, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly adminUrl: string;
  readonly warnings: readonly Problem[];
  /** Loads the policy folder anew; a folder with problems changes nothing. */
  reload(): Promise<LoadedSnapshot>;
  /** Not ready at once, serving on for the drain time, then finishing what is under way. `now` skips the drain time. */
  stop(now?: boolean): Promise<void>;
}

type Logger = ReturnType<typeof createLogger>;

/** Builds and joins everything that the configuration describes, and starts to listen. @throws PolicyProblems (see `compose/policies.ts`) */
export const startGateway = async (
  config: GatewayConfig,
  log: Logger = createLogger(config.log.level),
): Promise<RunningGateway> => {
  const core = await composeGateway(config, log);
  try {
    const listeners = await composeListeners(config, core.edge, core.admin, log);
    return {
      url: listeners.url,
      adminUrl: listeners.adminUrl,
      warnings: core.policies.warnings,
      reload: core.policies.reload,
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
  const parts: Part[] = [];
  try {
    return await build(config, log, parts);
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
};

/** @param parts takes every part that has to be closed, as it is made. */
const build = async (config: GatewayConfig, log: Logger, parts: Part[]) => {
  const outside = { clock: { now: Date.now }, meters: new Metrics(), log };
  const { clock, meters } = outside;
  const own = <P extends Part>(part: P): P => {
    parts.push(part);
    return part;
  };
  const store = own(await composeStore(config, outside));
  const identity = own(composeTokens(config, store.redis, outside));
  const lookups = own(composeLookups(config, clock, identity.own));
  const ports: Ports = {
    tokens: identity.tokens,
    ...store.ports,
    ...lookups.ports,
    audit: { record: (event, fields) => log.info({ kind: 'audit', event, ...fields }, event) },
    clock,
  };
  const policies = own(await composePolicies(config, ports, outside));
  const forwarder = own(createForwarder({ upstreams: config.upstreams, ...outside }));
  const requestMeters = createRequestMeters(meters);
  const lag = own(watchLoopLag(config.overload.maxLagMs));
  const load = new Load({ ...config.overload, maxInFlight: config.maxInFlight, lags: lag.next });
  const decisions = own(composeDecisions(config, outside));
  const records = createRecords(log, config.log, decisions.keepers);
  const activity = new Activity(clock);
  const handler = createHandler({
    snapshots: policies.snapshots,
    forwarder,
    lookups: lookups.ports,
    clock,
    log,
    trusted: trustedPeers(config.trustedProxies),
    meters: requestMeters,
    spoofed: meters.counter(spoofedHeaders).at({}),
    record: (finished) => {
      records(finished);
      activity.record(finished);
    },
    load,
    requestMs: config.timeouts.requestMs,
    tracing: createTracing(),
  });
  let draining = false;
  const health = () => ({
    identity: identity.tokens.health(),
    upstreams: forwarder.health(),
    store: store.redis === undefined ? 'memory' : { redis: store.redis.available() ? 'up' : 'down' },
  });
  const admin = createAdminHandler({
    state: {
      draining: () => draining,
      revision: () => policies.snapshots.current.revision,
      policy: policies.status,
      details: health,
    },
    scrape: () => meters.scrape(),
    reload: async () => {
      const next = await policies.reload();
      return next.ok ? [] : next.problems.map(printProblem);
    },
    token: config.admin.token,
    writes: config.admin.writes ?? config.admin.token !== undefined,
    clock,
    log,
    pages: [
      ...limitsPages(
        composeLimitsDesk(store.ports.limits, () => policies.snapshots.current.policy.limits),
        log,
      ),
      ...tokensPages(identity.tokens),
      ...decisions.pages,
      ...logPages(log),
      ...statusPages({
        activity,
        version: packageVersion(),
        now: clock.now,
        draining: () => draining,
        inFlight: () => ({ now: handler.inFlight, limit: config.maxInFlight }),
        policy: policies.status,
        health,
        pressure: () => store.ports.limits.pressure(),
      }),
    ],
  });
  const edge = composeEdge(config, handler, { log, refused: requestMeters.refused });
  createProcessMeters(meters, {
    inFlight: () => handler.inFlight,
    maxInFlight: config.maxInFlight,
    bodyBytes: () => load.bodyBytes,
    shedding: () => lag.share,
    connections: () => edge.connections,
    draining: () => draining,
  });
  return {
    handler,
    edge,
    admin,
    policies,
    log,
    /** Resolves when no request is in flight, or after the patience with them. */
    async idle() {
      const end = performance.now() + graceMs;
      while (handler.inFlight > 0 && performance.now() < end) await pause(20);
    },
    /** @param finish ends what is under way; everything is closed behind it. */
    async stop(finish: () => Promise<void>) {
      draining = true;
      await finish();
      await closeAll(parts);
      log.flush();
    },
  };
};

const spoofedHeaders = {
  name: 'images_gateway_header_spoof_attempts_total',
  help: 'Headers taken out of requests because they claimed an identity or a trusted name.',
  labels: [],
} as const;

interface Part {
  close(): Promise<void>;
}

const closeAll = async (parts: Part[]): Promise<void> => {
  for (const part of parts.splice(0).reverse()) await part.close();
};
