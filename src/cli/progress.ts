import type { WriteStream } from 'node:tty';

export interface Progress {
  /** So many bytes more are done. */
  add(bytes: number): void;
  /** Takes the bar away, before something else is written. */
  clear(): void;
}

const width = 40;

/** A bar on a terminal; nothing where output goes into a file or a pipe. */
export const progressOn = (stream: Pick<WriteStream, 'isTTY' | 'write'>, total: number): Progress => {
  if (!stream.isTTY) return { add: () => undefined, clear: () => undefined };
  let done = 0;
  let shown = -1;
  return {
    add(bytes) {
      done += bytes;
      const percent = total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
      if (percent === shown) return;
      shown = percent;
      const full = Math.round((percent / 100) * width);
      stream.write(`\r[${'#'.repeat(full)}${' '.repeat(width - full)}] ${String(percent).padStart(3)} %`);
    },
    clear: () => void stream.write(`\r${' '.repeat(width + 10)}\r`),
  };
};
