import { writeSync } from 'node:fs';

/** Milliseconds that a failing process gets to write its log and let go of its ports. */
const farewellMs = 2000;

export interface LastWords {
  /** Writes one line to the log, and everything that the log still holds. */
  readonly log: (error: unknown) => void;
  /** Closes what is open; not waited for longer than two seconds. */
  readonly close: () => Promise<void>;
}

/**
 * Ends the process with 1 when an error reaches nobody: its state is not known any more, and whoever supervises it
 * starts a sound one. It must never go on half broken, nor hang.
 * @param words asked at that moment, for what exists by then
 */
export const endOnUnhandled = (words: () => LastWords | undefined): void => {
  let ending = false;
  const end = (kind: string, error: unknown): void => {
    // A second one while the first is being told: nothing is left to hope for.
    if (ending) process.exit(1);
    ending = true;
    // A timer that keeps the process alive: what is closed below may be all that still did.
    setTimeout(() => process.exit(1), farewellMs);
    const last = words();
    try {
      if (last === undefined) writeSync(2, `${kind}: ${textOf(error)}\n`);
      else last.log(error);
    } catch {
      // The log itself is what failed; the exit code still tells.
    }
    Promise.resolve(last?.close()).then(
      () => process.exit(1),
      () => process.exit(1),
    );
  };
  process.on('uncaughtException', (error) => end('uncaught exception', error));
  process.on('unhandledRejection', (reason) => end('unhandled rejection', reason));
};

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
