import { readText } from '../files/read-text.ts';
import { writeFailure, writeWhole } from '../files/write-whole.ts';

/** A thousand policy files of the largest size would not fit; no policy comes near it. */
const largest = 64 * 1024 * 1024;

/** One file of the gateway's own, that it writes and reads back. */
export interface KeptText {
  readonly path: string;
  /** @returns what went wrong, as a sentence; `undefined`: it is on the disk. */
  write(text: string): Promise<string | undefined>;
  /** `undefined`: there is none yet. */
  read(): Promise<
    | { readonly ok: true; readonly text: string }
    | { readonly ok: false; readonly message: string }
    | undefined
  >;
}

export const keptText = (path: string): KeptText => ({
  path,
  async write(text) {
    try {
      await writeWhole(path, text);
      return undefined;
    } catch (cause) {
      return `${path} was not written. ${writeFailure(cause)}`;
    }
  },
  async read() {
    const read = await readText(path, path, largest);
    if (read.ok) return { ok: true, text: read.text };
    return read.missing ? undefined : { ok: false, message: read.message };
  },
});
