import type { Log } from '../core/log.ts';
import { type Problem, startOf } from '../files/problem.ts';
import { readBundle, writeBundle } from '../policy/bundle.ts';
import type { FolderContent } from '../policy/folder.ts';
import { keptText } from './kept-text.ts';

/** The content of the policy folder that loaded last, in a file of the gateway's own. */
export interface LastGood {
  /** Never fails: a gateway that serves must not stop for a full disk. */
  keep(content: FolderContent): Promise<void>;
  /** The content, or why it cannot be had. */
  recall(): Promise<FolderContent | Problem>;
}

/** @param path where the bundle stands; `undefined`: none is kept. */
export const createLastGood = (path: string | undefined, log: Log): LastGood | undefined => {
  if (path === undefined) return undefined;
  const file = keptText(path);
  let written = '';
  return {
    async keep(content) {
      const bundle = writeBundle(content);
      if (bundle === written) return;
      const failure = await file.write(bundle);
      if (failure === undefined) written = bundle;
      else log.error({ path }, `The last good policy is not kept: ${failure}`);
    },
    async recall() {
      const refuse = (message: string): Problem => ({ place: startOf(path), message });
      const read = await file.read();
      if (read === undefined)
        return refuse('There is no last good policy yet: it is written when the policy folder loads.');
      if (!read.ok) return refuse(read.message);
      const bundle = readBundle(path, read.text);
      return bundle.ok ? bundle.content : refuse(bundle.message);
    },
  };
};
