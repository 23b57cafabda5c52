import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { SourcePlace } from '../core/policy.ts';
import { lineIndex } from './source.ts';

const nonBlockingRead = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export type TextResult =
  | { readonly ok: true; readonly text: string; readonly bytes: Uint8Array }
  | {
      readonly ok: false;
      readonly message: string;
      readonly place: SourcePlace;
      /** There is no such file. */
      readonly missing?: boolean;
    };

/**
 * Reads a whole text file. Symbolic links are followed wherever they lead: a Kubernetes volume consists of them.
 * Devices, pipes and folders are refused before they are read, since reading a pipe may never end.
 * @param path where the file is; @param shown how the operator would write it, used in messages.
 * @param maxBytes a larger file is refused without being read.
 */
export const readText = async (path: string, shown: string, maxBytes: number): Promise<TextResult> => {
  const refuse = (message: string, place = lineIndex(shown, '')(0)): TextResult => ({
    ok: false,
    message,
    place,
  });
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    const handle = await open(path, nonBlockingRead);
    try {
      const stat = await handle.stat();
      if (stat.isDirectory()) return refuse('This is a folder, not a file.');
      if (!stat.isFile()) return refuse('This is not a regular file.');
      if (stat.size > maxBytes) return refuse(`The file is larger than ${maxBytes} bytes.`);
      const bytes = await handle.readFile();
      if (bytes.length > maxBytes) return refuse(`The file is larger than ${maxBytes} bytes.`);
      const text = decode(bytes);
      if (text === undefined) return refuse('The file is not valid UTF-8 here.', firstBadByte(shown, bytes));
      return { ok: true, text, bytes };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    return { ...refuse(readFailure(cause)), ...(missing && { missing }) };
  }
};

/** One sentence for a failed file operation, told from its error code. */
export const readFailure = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  if (code === 'ENOENT') return 'The file does not exist, or is a link that leads nowhere.';
  if (code === 'EACCES' || code === 'EPERM')
    return 'The file may not be read by this process; check its mode.';
  if (code === 'ELOOP') return 'The file is a link that leads back to itself.';
  if (code === 'EISDIR') return 'This is a folder, not a file.';
  if (code === 'ENOTDIR') return 'A part of the path is a file, not a folder.';
  return `The file cannot be read (${code}).`;
};

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const firstBadByte = (shown: string, bytes: Uint8Array): SourcePlace => {
  // A stream decoder yields every character before the first wrong one: halve until the longest good prefix is found.
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (prefix(bytes, middle) === undefined) bad = middle;
    else good = middle;
  }
  const text = prefix(bytes, good) ?? '';
  return lineIndex(shown, text)(text.length);
};

/** The characters that are complete within the first `length` bytes. */
const prefix = (bytes: Uint8Array, length: number): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
  } catch {
    return undefined;
  }
};
