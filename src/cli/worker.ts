/** One of several workers: started by the primary only (src/workers/supervisor.ts), which tells it what to do. */
import { startWorker, type WorkerGateway } from '../compose/worker.ts';
import {
  beginWork,
  nowListening,
  type StartFailure,
  startFailed,
  stopWorker,
} from '../compose/worker-topics.ts';
import { createLogger } from '../telemetry/logger.ts';
import { ChannelPeer } from '../workers/channel.ts';
import { alive } from '../workers/worker.ts';
import { collectOnceCalm, tuneGarbageCollection } from './garbage-collection.ts';
import { endOnUnhandled } from './last-words.ts';

/** Milliseconds for a word to the primary, which may be busy with its own start. */
const wordMs = 60_000;

const nothing = (): void => undefined;

tuneGarbageCollection();

// Terminals and service managers send signals to all processes of a group. Workers obey the primary alone, or requests
// would be cut that it still wants finished.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, nothing);

// Before node:cluster ends the process by `exit`: the log would then try for ever to write to a pipe that nobody reads.
process.prependListener('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const primary = new ChannelPeer({
  // Without a callback a closed channel would be an error that nobody hears; the process is about to end then.
  send: (message) => process.send?.(message, undefined, undefined, nothing),
  on: process.on.bind(process),
});
primary.answer(alive, () => true);

const failureOf = (error: unknown): StartFailure => {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, code, address, port } = error as Error & Partial<StartFailure>;
  return {
    message,
    ...(code !== undefined && { code }),
    ...(address !== undefined && { address }),
    ...(port !== undefined && { port }),
  };
};

const setup = await primary.ask(beginWork, null, wordMs);
if (setup === undefined) process.exit(1);
const log = createLogger(setup.level);
let running: WorkerGateway | undefined;
endOnUnhandled(() => ({
  log: (error) => {
    log.error({ err: error, pid: process.pid }, 'an error reached nobody; the worker ends');
    log.flush();
  },
  close: async () => running?.stop(0),
}));

primary.answer(stopWorker, async (drainMs) => {
  await running?.stop(drainMs);
  process.exit(0);
});
try {
  running = await startWorker(primary, setup, log);
  await primary.ask(nowListening, running.url, wordMs);
  collectOnceCalm();
} catch (error) {
  log.error({ err: error, pid: process.pid }, 'a worker could not start');
  log.flush();
  await primary.ask(startFailed, failureOf(error), wordMs);
  process.exit(1);
}
