import type { GatewayConfig } from '../config/schema.ts';
import type { LevelledLog } from '../core/log.ts';
import type { ClockPort, Ports } from '../core/ports.ts';
import { Watchdog } from '../core/watchdog.ts';
import { createHandler } from '../http/handler.ts';
import { Load } from '../http/load.ts';
import { watchLoopLag } from '../http/loop-lag.ts';
import { Activity } from '../pipeline/activity.ts';
import { trustedPeers } from '../pipeline/client-address.ts';
import { createRecords } from '../pipeline/records.ts';
import { createRequestMeters } from '../pipeline/request-meters.ts';
import { createRolloutTally } from '../pipeline/rollout-tally.ts';
import type { Snapshots } from '../pipeline/snapshots.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createProcessMeters } from '../telemetry/process-meters.ts';
import { createTracing } from '../telemetry/tracing.ts';
import { composeDecisions } from './decisions.ts';
import type { Desk } from './desk.ts';
import { composeForwarder } from './forwarder.ts';
import { composeTokens } from './identity.ts';
import { composeLimitsDesk, limitsInForce } from './limits-desk.ts';
import { composeListenerTls } from './listener-tls.ts';
import { composeEdge } from './listeners.ts';
import { composeLookups } from './lookups.ts';
import type { Parts } from './parts.ts';
import type { Store } from './store.ts';

export interface Outside {
  readonly clock: ClockPort;
  readonly meters: Metrics;
  readonly log: LevelledLog;
}

export interface ServingOptions<Policies> extends Outside {
  readonly parts: Parts;
  readonly store: Store;
  /** Loads the first policies; asked once the ports are there that stages use. */
  readonly openPolicies: (ports: Ports) => Promise<Policies>;
  readonly draining: () => boolean;
}

/** Everything that serves clients, but for their listener: all of it stands once in each process that serves. */
export const composeServing = async <Policies extends { readonly snapshots: Snapshots }>(
  config: GatewayConfig,
  { parts: { own }, store, openPolicies, draining, ...outside }: ServingOptions<Policies>,
) => {
  const { clock, meters, log } = outside;
  const identity = own(composeTokens(config, store.redis, outside));
  const forwarder = own(composeForwarder(config, outside));
  const lookups = own(composeLookups(config, clock, identity.own, forwarder.addresses));
  const policies = await openPolicies({
    tokens: identity.tokens,
    ...store.ports,
    ...lookups.ports,
    audit: { record: (event, fields) => log.info({ kind: 'audit', event, ...fields }, event) },
    clock,
  });
  const requestMeters = createRequestMeters(meters);
  const lag = own(watchLoopLag(config.overload.maxLagMs, meters.loopLag));
  const load = new Load({ ...config.overload, maxInFlight: config.maxInFlight, lags: lag.next });
  const decisions = own(composeDecisions(config, outside));
  const records = createRecords(log, config.log, decisions.keepers);
  const activity = new Activity(clock);
  const rollout = createRolloutTally(meters, policies.snapshots);
  const handler = createHandler({
    snapshots: policies.snapshots,
    tokens: identity.tokens,
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
      rollout.record(finished);
    },
    load,
    bodyWatchdog: new Watchdog(config.timeouts.requestMs),
    tracing: createTracing(),
  });
  const tls = own(await composeListenerTls('listen', config.listen.tls, outside));
  const edge = composeEdge(config, handler, { log, refused: requestMeters.refused, tls: tls.edge });
  createProcessMeters(meters, {
    inFlight: () => handler.inFlight,
    maxInFlight: config.maxInFlight,
    bodyBytes: () => load.bodyBytes,
    shedding: () => lag.share,
    connections: () => edge.connections,
    draining,
  });
  const health = () => ({
    identity: identity.tokens.health(),
    upstreams: forwarder.health(),
    store: store.redis === undefined ? 'memory' : { redis: store.redis.available() ? 'up' : 'down' },
  });
  const desk: Desk = {
    health,
    status: () => ({
      inFlight: { now: handler.inFlight, limit: config.maxInFlight },
      health: health(),
      points: activity.points(),
      faults: activity.faults(),
      refusals: activity.refusals(),
      pressure: store.ports.limits.pressure(),
      rollout: rollout.counts(),
    }),
    scrape: (openMetrics) => meters.scrape(openMetrics),
    decisions: (wanted, most) => decisions.list(wanted, most),
    limits: composeLimitsDesk(store.ports.limits, () => limitsInForce(policies.snapshots)),
    tokens: identity.tokens,
    log,
  };
  return { handler, edge, policies, desk, tokens: identity.tokens, renewCertificates: tls.renew };
};

const spoofedHeaders = {
  name: 'images_gateway_header_spoof_attempts_total',
  help: 'Headers taken out of requests because they claimed an identity or a trusted name.',
  labels: [],
} as const;
