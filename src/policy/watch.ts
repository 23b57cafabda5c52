import { basename, dirname, join, resolve } from 'node:path';
import { type FileWatch, type WatchOptions, watchFiles } from '../files/watch.ts';
import { readPolicyFolder } from './folder.ts';
import { fingerprint } from './load.ts';

/**
 * Calls `changed` after the content of a policy folder has become another one.
 * @param loaded fingerprint of the content that is in use.
 * @param changed is not called again before its promise has settled.
 */
export const watchPolicyFolder = (
  folder: string,
  loaded: string,
  changed: () => Promise<unknown>,
  options: WatchOptions = {},
): FileWatch => {
  const at = resolve(folder);
  // The folder itself may be a link that is swapped.
  const places = [
    { folder: at },
    { folder: join(at, 'schemas') },
    { folder: dirname(at), only: basename(at) },
  ];
  const read = async () => fingerprint(await readPolicyFolder(folder));
  return watchFiles({ read, places: () => places, loaded, changed }, options);
};
