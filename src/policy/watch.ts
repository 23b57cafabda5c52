import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readPolicyFolder } from './folder.ts';
import { fingerprint } from './load.ts';

export interface WatchOptions {
  /** Milliseconds without an event before the folder is looked at: editors and `cp` write in several steps. */
  readonly quietMs?: number;
  /** Milliseconds between looks at the folder without any event: network file systems send none. */
  readonly pollMs?: number;
}

export interface FolderWatch {
  close(): Promise<void>;
}

/**
 * Calls `changed` after the content of a policy folder has become another one, however that was done: files written in
 * place, renamed over, the folder or `..data` of a Kubernetes volume swapped by a link. Events are only hints to look:
 * what counts is the content, so that a touched file reloads nothing.
 * @param loaded fingerprint of the content that is in use.
 * @param changed is not called again before its promise has settled.
 */
export const watchPolicyFolder = (
  folder: string,
  loaded: string,
  changed: () => Promise<unknown>,
  { quietMs = 100, pollMs = 5000 }: WatchOptions = {},
): FolderWatch => {
  let watchers: FSWatcher[] = [];
  let quiet: NodeJS.Timeout | undefined;
  let known = loaded;
  let closed = false;
  let looking: Promise<void> | undefined;

  const hint = (): void => {
    if (closed) return;
    clearTimeout(quiet);
    quiet = setTimeout(look, quietMs);
  };

  const look = (): void => {
    // A hint during a look leads to another look, since what changed may have been read already.
    if (looking === undefined) looking = lookNow().finally(() => (looking = undefined));
    else looking.then(hint, hint);
  };

  const lookNow = async (): Promise<void> => {
    // Before the folder is read: what changes afterwards must give an event. Links may lead elsewhere than before.
    arm();
    const content = fingerprint(await readPolicyFolder(folder));
    if (closed || content === known) return;
    known = content;
    await changed();
  };

  const arm = (): void => {
    disarm();
    const at = resolve(folder);
    add(at);
    add(join(at, 'schemas'));
    // The folder itself may be a link that is swapped.
    add(dirname(at), basename(at));
  };

  const add = (path: string, only?: string): void => {
    try {
      const watcher = watch(path, (_event, name) => {
        if (only === undefined || name === only) hint();
      });
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
    } catch {
      // It is not there, or the system has no watches left: the next poll looks all the same.
    }
  };

  const disarm = (): void => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
  };

  const poll = setInterval(look, pollMs);
  poll.unref();
  look();
  return {
    async close() {
      closed = true;
      clearInterval(poll);
      clearTimeout(quiet);
      disarm();
      await looking;
      disarm();
    },
  };
};
