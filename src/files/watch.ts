import { type FSWatcher, watch } from 'node:fs';

export interface WatchOptions {
  /** Milliseconds without an event before the content is looked at: editors and `cp` write in several steps. */
  readonly quietMs?: number;
  /** Milliseconds for which a content that may be a part of what is being copied has to stay as it is. */
  readonly stillMs?: number;
  /** Milliseconds between looks without any event: network file systems send none. */
  readonly pollMs?: number;
}

export interface FileWatch {
  close(): Promise<void>;
}

/** What is watched. */
export interface Watched {
  /** A fingerprint of the content, whatever it is. */
  readonly read: () => Promise<string>;
  /** Folders whose events are hints, all of them or those of one name. */
  readonly places: () => readonly { readonly folder: string; readonly only?: string }[];
  /** Fingerprint of the content that is in use. */
  readonly loaded: string;
  /** Whether this may be a part of what somebody is still copying, file by file; never when left out. */
  readonly mayBePart?: (content: string, known: string) => boolean;
  /** Not called again before its promise has settled. */
  readonly changed: () => Promise<unknown>;
}

/**
 * Calls `changed` after the content of files has become another one, however that was done: written in place, renamed
 * over, a folder or `..data` of a Kubernetes volume swapped by a link. Events are only hints to look: what counts is the
 * content, so that a touched file reloads nothing.
 */
export const watchFiles = (
  { read, places, loaded, mayBePart = () => false, changed }: Watched,
  { quietMs = 100, stillMs = 1000, pollMs = 5000 }: WatchOptions = {},
): FileWatch => {
  let watchers: FSWatcher[] = [];
  let quiet: NodeJS.Timeout | undefined;
  let known = loaded;
  let part: { readonly content: string; readonly since: number } | undefined;
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
    // Before the content is read: what changes afterwards must give an event. Links may lead elsewhere than before.
    arm();
    const content = await read();
    if (closed) return;
    if (content === known) {
      part = undefined;
      return;
    }
    const left = mayBePart(content, known) ? leftOf(content) : 0;
    if (left > 0) {
      clearTimeout(quiet);
      quiet = setTimeout(look, left);
      return;
    }
    part = undefined;
    known = content;
    await changed();
  };

  /** Milliseconds that this content still has to stay as it is. */
  const leftOf = (content: string): number => {
    const now = performance.now();
    if (part?.content !== content) part = { content, since: now };
    return Math.ceil(part.since + stillMs - now);
  };

  const arm = (): void => {
    disarm();
    for (const { folder, only } of places()) add(folder, only);
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
