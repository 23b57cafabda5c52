import { write } from 'node:fs';
import type { Readable } from 'node:stream';

const newline = 10;
/** Milliseconds until a full pipe is tried again. */
const fullMs = 10;

/**
 * Joins the logs of several processes. What two processes write to one pipe may be mixed in the middle of a line as
 * soon as the pipe is full (POSIX, `write`), so one process writes for all, and whole lines only.
 */
export class WholeLines {
  readonly #fd: number;
  #last: Promise<void> = Promise.resolve();

  /** @param fd the file descriptor that all lines go to, e.g. 1. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** For whole lines. Resolves once they are written; a reader that has gone away takes nothing more. */
  write(lines: string | Uint8Array): Promise<void> {
    const bytes = typeof lines === 'string' ? Buffer.from(lines) : lines;
    this.#last = this.#last.then(() => writeAll(this.#fd, bytes));
    return this.#last;
  }

  /** Copies what a process writes; no more of it is read than can be written. A line that was cut off is left out. */
  async copy(from: Readable): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of from as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(newline) + 1;
      if (end > 0) await this.write(Buffer.concat([rest, chunk.subarray(0, end)]));
      rest = end > 0 ? chunk.subarray(end) : Buffer.concat([rest, chunk]);
    }
  }

  /** Resolves when all is written that was given so far. */
  flushed(): Promise<void> {
    return this.#last;
  }
}

const writeAll = (fd: number, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    const from = (at: number): void =>
      write(fd, bytes, at, bytes.length - at, (error, written) => {
        if (error?.code === 'EAGAIN') setTimeout(() => from(at), fullMs);
        else if (error !== null || at + written >= bytes.length) resolve();
        else from(at + written);
      });
    from(0);
  });
