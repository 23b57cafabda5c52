import type { SourcePlace } from '../core/policy.ts';

/** Names and list indexes that lead from the top of a file to a value. */
export type Path = readonly (string | number)[];

/** A file that was read: its plain value, and where each part of it stands. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  /**
   * Where the value at `path` begins, or with `key` its name. A path that is not in the file gives the innermost
   * part that is, so that a missing thing is shown where it would belong.
   */
  place(path: Path, of?: 'value' | 'key'): SourcePlace;
}

/** Turns offsets of a text into lines and columns (both from 1, columns in UTF-16 units as editors count). */
export const lineIndex = (file: string, text: string): ((offset: number) => SourcePlace) => {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    const inside = Math.min(Math.max(offset, 0), text.length);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= inside) low = middle;
      else high = middle - 1;
    }
    return Object.freeze({ file, line: low + 1, column: inside - (starts[low] ?? 0) + 1 });
  };
};
