import { createForwarder } from './adapters/upstream.ts';
import { composeTokens } from './compose-identity.ts';
import { composeLimitsDesk } from './compose-limits-desk.ts';
import { composeEdge, composeListeners } from './compose-listeners.ts';
import { composeLookups } from './compose-lookups.ts';
import { composeStore } from './compose-store.ts';
import type { GatewayConfig } from './config/schema.ts';
import type { Meters } from './core/meters.ts';
import type { ClockPort, Ports } from './core/ports.ts';
import { type Problem, printProblem } from './files/problem.ts';
import { createAdminHandler } from './http/admin.ts';
import { limitsPages } from './http/admin-limits.ts';
import { createHandler } from './http/handler.ts';
import { type LoadedSnapshot, loadSnapshot } from './load-snapshot.ts';
import { trustedPeers } from './pipeline/client-address.ts';
import { createRecords } from './pipeline/records.ts';
import { createRequestMeters } from './pipeline/request-meters.ts';
import { createSnapshotMeters } from './pipeline/snapshot-meters.ts';
import { Snapshots } from './pipeline/snapshots.ts';
import { createLogger } from './telemetry/logger.ts';
import { Metrics } from './telemetry/metrics.ts';
import { createProcessMeters } from './telemetry/process-meters.ts';

/** A policy that does not load: at the start that ends the process, at a reload the old one serves on. */
export class PolicyProblems extends Error {
  override readonly name = 'PolicyProblems';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`the policy folder has ${problems.length} problem(s)`);
    this.problems = problems;
  }
}

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

/** Builds and joins everything that the configuration describes, and starts to listen. @throws PolicyProblems */
export const startGateway = async (
  config: GatewayConfig,
  log: Logger = createLogger(config.log.level),
): Promise<RunningGateway> => {
  const parts: Part[] = [];
  try {
    return await build(config, log, parts);
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
};

/** @param parts takes every part that has to be closed, as it is made. */
const build = async (config: GatewayConfig, log: Logger, parts: Part[]): Promise<RunningGateway> => {
  const outside = { clock: { now: Date.now }, meters: new Metrics(), log };
  const { clock, meters } = outside;
  const own = <P extends Part>(part: P): P => {
    parts.push(part);
    return part;
  };
  const identity = own(composeTokens(config.identity, outside));
  const lookups = own(composeLookups(config, clock));
  const store = own(await composeStore(config, outside));
  const ports: Ports = {
    tokens: identity.tokens,
    ...store.ports,
    ...lookups.ports,
    audit: { record: (event, fields) => log.info({ kind: 'audit', event, ...fields }, event) },
    clock,
  };
  const policies = await composePolicies(config, ports, outside);
  const forwarder = own(createForwarder({ upstreams: config.upstreams, ...outside }));
  const requestMeters = createRequestMeters(meters);
  const handler = createHandler({
    snapshots: policies.snapshots,
    forwarder,
    lookups: lookups.ports,
    clock,
    log,
    trusted: trustedPeers(config.trustedProxies),
    meters: requestMeters,
    spoofed: meters.counter(spoofedHeaders).at({}),
    record: createRecords(log, config.log),
    maxInFlight: config.maxInFlight,
  });
  let draining = false;
  const admin = createAdminHandler({
    state: {
      draining: () => draining,
      revision: () => policies.snapshots.current.revision,
      details: () => ({
        identity: identity.tokens.health(),
        upstreams: forwarder.health(),
        store: store.redis === undefined ? 'memory' : { redis: store.redis.available() ? 'up' : 'down' },
      }),
    },
    scrape: () => meters.scrape(),
    reload: async () => {
      const next = await policies.reload();
      return next.ok ? [] : next.problems.map(printProblem);
    },
    token: config.admin.token,
    log,
    pages: limitsPages(
      composeLimitsDesk(store.ports.limits, () => policies.snapshots.current.policy.limits),
      log,
    ),
  });
  const edge = composeEdge(config, handler, { log, refused: requestMeters.refused });
  createProcessMeters(meters, {
    inFlight: () => handler.inFlight,
    maxInFlight: config.maxInFlight,
    connections: () => edge.connections,
    draining: () => draining,
  });
  const listeners = await composeListeners(config, edge, admin, log);
  return {
    url: listeners.url,
    adminUrl: listeners.adminUrl,
    warnings: policies.warnings,
    reload: policies.reload,
    async stop(now = false) {
      draining = true;
      await listeners.drain(now ? 0 : config.timeouts.drainMs);
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

interface Outside {
  readonly clock: ClockPort;
  readonly meters: Meters;
  readonly log: Logger;
}

/** The first snapshot, and the way to the next one. @throws PolicyProblems when the first one does not load. */
const composePolicies = async (config: GatewayConfig, ports: Ports, { clock, meters, log }: Outside) => {
  const load = () => loadSnapshot(config.policies.dir, Object.keys(config.upstreams), { ports, meters });
  const first = await load();
  if (!first.ok) throw new PolicyProblems(first.problems);
  const snapshots = new Snapshots(first.snapshot);
  const counted = createSnapshotMeters(meters, clock);
  counted.loaded(first.snapshot.revision);
  const reload = async (): Promise<LoadedSnapshot> => {
    const next = await load();
    if (next.ok) {
      snapshots.swap(next.snapshot);
      counted.loaded(next.snapshot.revision);
      log.info({ revision: next.snapshot.revision }, 'policy loaded');
    } else {
      counted.failed();
      log.error(
        { problems: next.problems.map(printProblem) },
        'policy not loaded; the former revision serves on',
      );
    }
    return next;
  };
  return { snapshots, warnings: first.warnings, reload };
};

interface Part {
  close(): Promise<void>;
}

const closeAll = async (parts: Part[]): Promise<void> => {
  for (const part of parts.splice(0).reverse()) await part.close();
};
