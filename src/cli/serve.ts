import { availableParallelism } from 'node:os';
import { PolicyProblems } from '../compose/policy-problems.ts';
import { type RunningGateway, startGateway } from '../compose.ts';
import { loadConfig } from '../config/load.ts';
import type { GatewayConfig } from '../config/schema.ts';
import { workerCount } from '../config/worker-share.ts';
import { createLogger } from '../telemetry/logger.ts';
import { packageVersion } from '../telemetry/version.ts';
import { complain, complainOf, listenComplaint } from './complain.ts';
import { collectOnceCalm, tuneGarbageCollection } from './garbage-collection.ts';
import { endOnUnhandled } from './last-words.ts';
import { untilStopped } from './lifecycle.ts';

/** `images-gateway serve`: runs until it is told to stop. */
export const runServe = async (options: { readonly config: string }): Promise<void> => {
  tuneGarbageCollection();
  const loaded = await loadConfig(options.config, process.env);
  if (!loaded.ok) return complainOf(loaded.problems);
  try {
    const { log, start } = await prepare(loaded.config);
    let running: RunningGateway | undefined;
    endOnUnhandled(() => ({
      log: (error) => {
        log.error({ err: error }, 'an error reached nobody; the process ends');
        log.flush();
      },
      close: async () => running?.stop(true),
    }));
    const gateway = await start();
    running = gateway;
    for (const warning of gateway.warnings) log.warn({ place: warning.place }, warning.message);
    log.info({ version: packageVersion(), url: gateway.url, admin: gateway.adminUrl }, 'listening');
    collectOnceCalm();
    // For a look at what is going on, without a restart that would end it.
    const usual = loaded.config.log.level;
    process.on('SIGUSR2', () => gateway.log.setLevel(gateway.log.level() === 'debug' ? usual : 'debug'));
    await untilStopped(gateway);
  } catch (error) {
    if (error instanceof PolicyProblems) return complainOf(error.problems);
    const complaint = listenComplaint(error, `change "listen" or "admin" in ${options.config}`);
    if (complaint === undefined) throw error;
    complain(complaint);
  }
};

/** The log, and the way to start. What several processes need is loaded only for them. */
const prepare = async (
  config: GatewayConfig,
): Promise<{ readonly log: ReturnType<typeof createLogger>; start(): Promise<RunningGateway> }> => {
  const workers = workerCount(config, availableParallelism());
  if (workers === 1) {
    const log = createLogger(config.log.level);
    return { log, start: () => startGateway(config, log) };
  }
  const { startWithWorkers } = await import('../compose/primary.ts');
  const { WholeLines } = await import('../workers/whole-lines.ts');
  const lines = new WholeLines(1);
  const log = createLogger(config.log.level, lines);
  return { log, start: () => startWithWorkers(config, workers, log, lines) };
};
