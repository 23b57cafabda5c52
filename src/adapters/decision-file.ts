import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Decision } from '../core/decision.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';

/** A decision that can be written. */
interface Writable {
  masked(): Decision;
}

export interface DecisionFile {
  add(decision: Writable): void;
  /** Writes what is left, as far as that can be done in a while; the rest is dropped and counted. */
  close(): Promise<void>;
}

export interface DecisionFileOptions {
  readonly path: string;
  /** Decisions that are not written yet, at most; more are dropped and counted. */
  readonly most?: number;
  /** Milliseconds that `close` waits for a file that takes nothing. */
  readonly patienceMs?: number;
  readonly meters: Meters;
  readonly log: Log;
}

/** Characters that are written at once. */
const pieceLength = 65_536;

/** Milliseconds until a pipe that was full is tried again. */
const againMs = 20;

/**
 * Without O_NONBLOCK a pipe that nobody reads would hold a thread of the process for ever, and with it the end of the
 * process: Node waits for its threads. Regular files know no such thing (Linux, open(2)).
 */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

const isFull = (error: unknown): boolean => (error as { readonly code?: unknown } | null)?.code === 'EAGAIN';

const lineEnd = 10;
const lineEndsIn = (bytes: Uint8Array): number =>
  bytes.reduce((n, byte) => (byte === lineEnd ? n + 1 : n), 0);

/**
 * Appends decisions to a file, one line each. The file is opened for each batch, so that a platform may rotate it by
 * renaming. A disk that is slow or full never holds up a request: what does not fit into the buffer is dropped.
 */
export const createDecisionFile = ({
  path,
  most = 10_000,
  patienceMs = 2000,
  meters,
  log,
}: DecisionFileOptions): DecisionFile => {
  const dropped = meters
    .counter({
      name: 'images_gateway_decisions_dropped_total',
      help: 'Decisions that were not written to the decision file because it could not be written fast enough, or at all.',
      labels: [],
    })
    .at({});
  let waiting: Writable[] = [];
  /** Of a batch that is being written. */
  let begun = 0;
  let writing: Promise<void> | undefined;
  let failing = false;
  let overflowing = false;
  let givenUp = false;
  /** The file ends in the middle of a line, since a disk that filled took a part. */
  let torn = false;

  /** All of it, however little is taken at once. @throws whatever the file system says */
  const writePiece = async (file: FileHandle, text: string): Promise<void> => {
    let bytes = Buffer.from(torn ? `\n${text}` : text);
    let mending = torn ? 1 : 0;
    while (bytes.length > 0) {
      try {
        const { bytesWritten } = await file.write(bytes);
        const taken = bytes.subarray(0, bytesWritten);
        if (bytesWritten > 0) {
          begun -= lineEndsIn(taken) - mending;
          mending = 0;
          torn = taken.at(-1) !== lineEnd;
        }
        bytes = bytes.subarray(bytesWritten);
      } catch (error) {
        if (!isFull(error) || givenUp) throw error;
        await pause(againMs);
      }
    }
  };

  /**
   * Several workers append to one file. The kernel puts what one call writes to its end as a whole (O_APPEND, POSIX
   * `write`), so a call writes whole lines. Node's `appendFile` may cut a long text anywhere.
   */
  const append = async (file: FileHandle, batch: readonly Writable[]): Promise<void> => {
    let piece = '';
    for (const decision of batch) {
      piece += `${JSON.stringify(decision.masked())}\n`;
      if (piece.length < pieceLength) continue;
      await writePiece(file, piece);
      piece = '';
    }
    await writePiece(file, piece);
  };

  const writeBatch = async (batch: readonly Writable[]): Promise<void> => {
    begun = batch.length;
    try {
      const file = await open(path, appending, 0o640);
      try {
        await append(file, batch);
      } finally {
        await file.close();
      }
      failing = false;
    } catch (error) {
      dropped.inc(begun);
      if (!failing)
        log.error({ err: error, path }, 'decisions cannot be written to their file; they are dropped');
      failing = true;
    }
    begun = 0;
  };

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await writeBatch(batch);
    }
    overflowing = false;
  };

  const drop = (): void => {
    dropped.inc();
    if (!overflowing)
      log.error({ path }, 'decisions come faster than their file takes them; they are dropped');
    overflowing = true;
  };

  return {
    add(decision) {
      if (waiting.length + begun >= most) return drop();
      waiting.push(decision);
      writing ??= write().finally(() => {
        writing = undefined;
      });
    },
    async close() {
      const patience = setTimeout(() => (givenUp = true), patienceMs);
      while (writing !== undefined) await writing;
      clearTimeout(patience);
      givenUp = false;
    },
  };
};
