import { basename, dirname, join, resolve } from 'node:path';
import { type FileWatch, type WatchOptions, watchFiles } from '../files/watch.ts';
import { type FolderContent, readPolicyFolder } from './folder.ts';
import { fingerprint } from './load.ts';

/**
 * Calls `changed` after the content of a policy folder has become another one. Where files came or went it waits until no
 * more do: a folder that is emptied and filled again by a slow copy may be valid half-way, and guard less.
 * @param loaded the content that is in use.
 * @param changed is not called again before its promise has settled.
 */
export const watchPolicyFolder = (
  folder: string,
  loaded: FolderContent,
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
  const read = async () => namesAndContent(await readPolicyFolder(folder));
  return watchFiles(
    {
      read,
      places: () => places,
      loaded: namesAndContent(loaded),
      mayBePart: (content, known) => namesIn(content) !== namesIn(known),
      changed,
    },
    options,
  );
};

/** No name of a file holds a zero. */
const end = '\0';

const namesAndContent = (content: FolderContent): string => {
  const { policies, schemas, cases } = content;
  const names = [...policies, ...schemas, ...cases].map(({ name }) => name);
  return [...names, fingerprint(content)].join(end);
};

const namesIn = (content: string): string => content.slice(0, content.lastIndexOf(end) + 1);
