import { createMemoryLeases } from '../adapters/leases-memory.ts';
import { serveLeases } from '../adapters/leases-primary.ts';
import { createMemoryLimits } from '../adapters/limits-memory.ts';
import { serveLimits } from '../adapters/limits-primary.ts';
import { SharedLimits } from '../adapters/limits-shared.ts';
import { serveResizes } from '../adapters/resizes-channel.ts';
import { createMemoryResizes } from '../adapters/resizes-memory.ts';
import type { RunningGateway } from '../compose.ts';
import type { GatewayConfig } from '../config/schema.ts';
import { packConfig } from '../config/sent-config.ts';
import { shareOfWorker } from '../config/worker-share.ts';
import type { LevelledLog } from '../core/log.ts';
import { packageProgram } from '../node/package-files.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { Supervisor } from '../workers/supervisor.ts';
import type { WholeLines } from '../workers/whole-lines.ts';
import type { RunningWorker } from '../workers/worker.ts';
import { composeAdmin } from './admin.ts';
import { gatherDesk } from './gathered-desk.ts';
import { GatheredMetrics } from './gathered-metrics.ts';
import { GatheredRollout } from './gathered-rollout.ts';
import { inertPorts } from './inert-ports.ts';
import { limitsInForce } from './limits-desk.ts';
import { composeListenerTls } from './listener-tls.ts';
import { graceMs, openAdmin } from './listeners.ts';
import { Parts } from './parts.ts';
import { composePolicies, type Policies } from './policies.ts';
import { PolicyBroadcast } from './policy-broadcast.ts';
import { StandingRevocations } from './standing-revocations.ts';
import {
  beginWork,
  candidateUnfit,
  type Level,
  nowListening,
  renewCertificates,
  type Setup,
  type StartFailure,
  startFailed,
  stopWorker,
} from './worker-topics.ts';

/** Milliseconds that a worker gets beyond drain and grace before it is ended. */
const lastMs = 5000;
/** Milliseconds for a worker to read certificates again, after which the policies are loaded all the same. */
const renewMs = 5000;

/** A worker that could not start, told by the primary as if it had failed itself. */
class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure';
  constructor({ message, ...particulars }: StartFailure) {
    super(message);
    Object.assign(this, particulars);
  }
}

/**
 * Several processes as one gateway. This one serves no clients: it holds what must be one, and the admin listener.
 *
 * @param count how many workers there are.
 * @param lines where all processes write their log lines.
 * @throws PolicyProblems, or what a worker failed with
 */
export const startWithWorkers = async (
  config: GatewayConfig,
  count: number,
  log: LevelledLog,
  lines: WholeLines,
): Promise<RunningGateway> => {
  const clock = { now: Date.now };
  const meters = new Metrics();
  const parts = new Parts();
  const revocations = new StandingRevocations(clock);
  const sentConfig = packConfig(shareOfWorker(config, count));
  const serveShared = composeShared(config, count);
  const ready = Promise.withResolvers<string>();
  const opened = Promise.withResolvers<Policies>();
  let draining = false;
  let started = false;

  const broadcast = new PolicyBroadcast(log);
  const setup = async (worker: RunningWorker): Promise<Setup> => {
    const sent = await broadcast.join(worker);
    worker.hasBegun = true;
    const level = log.level() as Level;
    return { config: sentConfig, workers: count, policies: sent, revocations: revocations.list(), level };
  };
  const supervisor = new Supervisor({
    count,
    entry: packageProgram('cli/worker'),
    lines,
    log,
    meters,
    began(worker) {
      const { peer } = worker;
      const freed = serveShared(peer);
      peer.answer(beginWork, () => setup(worker));
      peer.answer(nowListening, (url) => {
        worker.url = url;
        log.info({ pid: worker.pid }, 'a worker serves');
        if (supervisor.listening.length === count) ready.resolve(url);
        return true;
      });
      peer.answer(candidateUnfit, async (unfit) => {
        await (await opened.promise).dropCandidate(unfit.revision, unfit.problems);
        return true;
      });
      peer.answer(startFailed, (failure) => {
        ready.reject(new WorkerFailure(failure));
        return true;
      });
      return () => {
        freed();
        broadcast.leave(worker);
        metrics.ended(worker);
        rollout.ended(worker);
      };
    },
  });
  const metrics = new GatheredMetrics(meters, () => supervisor.listening);
  parts.own({ close: async () => metrics.close() });
  let staging = (): string | undefined => undefined;
  const rollout = new GatheredRollout(
    () => supervisor.listening,
    () => staging(),
  );
  parts.own({ close: async () => rollout.close() });
  const stop = async (drainMs: number): Promise<void> => {
    draining = true;
    supervisor.stopReplacing();
    const patience = drainMs + graceMs + lastMs;
    for (const { peer } of supervisor.workers) void peer.ask(stopWorker, drainMs, patience);
    const kill = setTimeout(() => {
      for (const worker of supervisor.workers) worker.kill();
    }, patience);
    await supervisor.ended();
    clearTimeout(kill);
    await parts.close();
    log.flush();
    await lines.flushed();
  };

  // They load their code while the policies are read here, and begin when those are there.
  const listening = supervisor.start(ready.promise);
  listening.catch(() => undefined);
  try {
    const outside = { clock, meters, log };
    const policies = parts.own(await composePolicies(config, { ...inertPorts, clock }, outside, broadcast));
    opened.resolve(policies);
    staging = () => {
      const { rollout: staged } = policies.status();
      return staged && `${staged.revision} ${staged.since}`;
    };
    const desk = gatherDesk({
      workers: () => supervisor.listening,
      begun: () => supervisor.workers.filter(({ hasBegun }) => hasBegun),
      metrics,
      rollout,
      revocations,
      limits: () => limitsInForce(policies.snapshots),
      maxInFlight: config.maxInFlight,
      recentDecisions: config.log.recentDecisions ?? 200,
      clock,
      log,
    });
    const admin = composeAdmin(config, {
      desk,
      policies,
      ready: () => started && !draining && supervisor.listening.length > 0,
      draining: () => draining,
      clock,
      log,
    });
    const tls = parts.own(await composeListenerTls('admin', config.admin.tls, outside));
    const adminListener = parts.own(await openAdmin(config, admin, { log, adminTls: tls.edge }));
    const url = await listening;
    started = true;
    return {
      url,
      adminUrl: adminListener.url,
      warnings: policies.warnings,
      log: desk.log,
      reload: async () => {
        const asked = supervisor.listening.map(({ peer }) => peer.ask(renewCertificates, null, renewMs));
        await Promise.all([tls.renew(), ...asked]);
        return policies.reload();
      },
      stop: (now = false) => stop(now ? 0 : config.timeouts.drainMs),
    };
  } catch (error) {
    supervisor.stopReplacing();
    for (const worker of supervisor.workers) worker.kill();
    await stop(0);
    throw error;
  }
};

/** What workers share in the memory of this process, where there is no Redis. */
const composeShared = ({ limits, resizes }: GatewayConfig, workers: number) => {
  if (limits.store !== 'memory') return () => () => undefined;
  const shared = new SharedLimits({ counters: createMemoryLimits(), workers });
  const leases = createMemoryLeases();
  const seen = createMemoryResizes({ now: Date.now }, resizes.rememberMs);
  return (worker: RunningWorker['peer']): (() => void) => {
    const forgetLimits = serveLimits(worker, shared);
    const freeLeases = serveLeases(worker, leases);
    serveResizes(worker, seen);
    return () => {
      forgetLimits();
      freeLeases();
    };
  };
};
