import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file so that readers, and whoever starts after a crash, find the old text or the new one, and never a part.
 * One writer at a time. @throws whatever the file system says
 * @param mode of the file; left out: what its owner's group may read
 */
export const writeWhole = async (path: string, text: string, mode?: number): Promise<void> => {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o640);
  try {
    if (mode !== undefined) await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  // The name itself is on the disk only when its folder is.
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/** One sentence for a file that could not be written, told from the error's code. */
export const writeFailure = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  if (code === 'ENOENT') return 'Its folder does not exist; make it.';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return 'This process may not write there; check the mode of the folder, and that it is not read-only.';
  if (code === 'EISDIR') return 'There is a folder of that name.';
  if (code === 'ENOTDIR') return 'A part of the path is a file, not a folder.';
  if (code === 'ENOSPC') return 'The disk is full.';
  return `It cannot be written (${code}).`;
};
