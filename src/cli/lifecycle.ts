import type { RunningGateway } from '../compose.ts';

/**
 * Ends the process well on SIGTERM (drains first) and SIGINT (a person waits: no drain time); a second signal ends it
 * at once. SIGHUP loads the policies anew.
 *
 * @param after what else to close, once the gateway has stopped.
 */
export const untilStopped = (
  gateway: RunningGateway,
  after: () => Promise<void> = async () => {},
): Promise<void> =>
  new Promise((resolve, reject) => {
    let stopping = false;
    const stop = (now: boolean) => {
      if (stopping) process.exit(1);
      stopping = true;
      gateway
        .stop(now)
        .then(after)
        .then(() => {
          process.off('SIGHUP', reload);
          resolve();
        }, reject);
    };
    const reload = () => void gateway.reload();
    process.on('SIGTERM', () => stop(false));
    process.on('SIGINT', () => stop(true));
    process.on('SIGHUP', reload);
  });
