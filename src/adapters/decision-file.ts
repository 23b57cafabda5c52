import { type FileHandle, open } from 'node:fs/promises';
import type { Decision } from '../core/decision.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';

/** A decision that can be written. */
interface Writable {
  masked(): Decision;
}

export interface DecisionFile {
  add(decision: Writable): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

export interface DecisionFileOptions {
  readonly path: string;
  /** Decisions that wait to be written at most; more are dropped and counted. */
  readonly most?: number;
  readonly meters: Meters;
  readonly log: Log;
}

/** Characters that are written at once. */
const pieceLength = 65_536;

/**
 * Several workers append to one file. The kernel puts what one call writes to its end as a whole (O_APPEND, POSIX
 * `write`), so a call writes whole lines. Node's `appendFile` may cut a long text anywhere.
 */
const append = async (file: FileHandle, batch: readonly Writable[]): Promise<void> => {
  let piece = '';
  const write = async (): Promise<void> => {
    const bytes = Buffer.from(piece);
    piece = '';
    // A disk that is full takes a part.
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
  };
  for (const decision of batch) {
    piece += `${JSON.stringify(decision.masked())}\n`;
    if (piece.length >= pieceLength) await write();
  }
  await write();
};

/**
 * Appends decisions to a file, one line each. The file is opened for each batch, so that a platform may rotate it by
 * renaming. A disk that is slow or full never holds up a request: what does not fit into the buffer is dropped.
 */
export const createDecisionFile = ({
  path,
  most = 10_000,
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
  let writing: Promise<void> | undefined;
  let failing = false;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const file = await open(path, 'a', 0o640);
        try {
          await append(file, batch);
        } finally {
          await file.close();
        }
        failing = false;
      } catch (error) {
        dropped.inc(batch.length);
        if (!failing)
          log.error({ err: error, path }, 'decisions cannot be written to their file; they are dropped');
        failing = true;
      }
    }
  };

  return {
    add(decision) {
      if (waiting.length >= most) return dropped.inc();
      waiting.push(decision);
      writing ??= write().finally(() => {
        writing = undefined;
      });
    },
    async close() {
      while (writing !== undefined) await writing;
    },
  };
};
