import { type Problem, startOf } from '../files/problem.ts';
import type { FolderContent } from '../policy/folder.ts';
import { settledContent } from '../policy/load.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { contentRevision } from '../policy/revision.ts';
import { type RolloutState, readRolloutState, writeRolloutState } from '../policy/rollout-state.ts';
import { type KeptText, keptText } from './kept-text.ts';
import type { LastGood } from './last-good.ts';
import type { LoadedSnapshot } from './load-snapshot.ts';
import type { PolicyHolder } from './policy-holder.ts';
import { PolicyProblems } from './policy-problems.ts';

/** What the policy set is put together from. */
export interface PolicySources {
  /** What the policy folder held when it last loaded. */
  readonly folder: FolderContent;
  readonly rollout: RolloutState;
}

export const policySetOf = ({ folder, rollout: { promoted, candidate } }: PolicySources): PolicySet => ({
  current: promoted?.content ?? folder,
  ...(candidate !== undefined && {
    candidate: { content: candidate.content, projects: candidate.projects, percent: candidate.percent },
  }),
});

/**
 * A roll-out beside another content of the policy folder. A promoted revision serves for as long as the folder holds what
 * it was promoted over: anything new in the folder is the operator's last word. A candidate that has become the current
 * revision is one no longer.
 */
export const besideFolder = ({ promoted, candidate }: RolloutState, folder: FolderContent): RolloutState => {
  const revision = contentRevision(folder);
  const still = promoted?.over === revision ? promoted : undefined;
  const current = still === undefined ? revision : contentRevision(still.content);
  const open = candidate !== undefined && contentRevision(candidate.content) !== current;
  return { ...(still && { promoted: still }), ...(open && { candidate }) };
};

export interface FirstFolder {
  readonly loaded: Extract<LoadedSnapshot, { ok: true }>;
  /** What the folder holds, good or bad. */
  readonly seen: FolderContent;
  /** Of the folder, when the last good content serves in its place. */
  readonly problems: readonly Problem[];
}

/** What the folder holds or, if that does not load, what is kept of it. @throws PolicyProblems */
export const firstFolder = async (
  dir: string,
  holder: PolicyHolder,
  lastGood: LastGood | undefined,
): Promise<FirstFolder> => {
  const seen = await settledContent(dir);
  const loaded = await holder.load(seen);
  if (loaded.ok) return { loaded, seen, problems: [] };
  if (lastGood === undefined) throw new PolicyProblems(loaded.problems);
  const content = await lastGood.recall();
  if ('message' in content) throw new PolicyProblems([...loaded.problems, content]);
  const former = await holder.load(content);
  if (!former.ok) throw new PolicyProblems([...loaded.problems, ...former.problems]);
  return { loaded: former, seen, problems: loaded.problems };
};

/** The memory of a roll-out, in a file of the gateway's own. */
export interface RolloutMemory {
  /** @returns why it could not be written, as a sentence; `undefined`: it is on the disk. */
  write(state: RolloutState): Promise<string | undefined>;
  /** @throws PolicyProblems when what is there cannot be believed: an older policy must not come back in silence */
  recall(): Promise<RolloutState>;
}

export const createRolloutMemory = (path: string): RolloutMemory => {
  const file: KeptText = keptText(path);
  const fail = (message: string): never => {
    throw new PolicyProblems([{ place: startOf(path), message }]);
  };
  return {
    write: (state) => file.write(writeRolloutState(state)),
    async recall() {
      const read = await file.read();
      if (read === undefined) return {};
      if (!read.ok) return fail(read.message);
      const known = readRolloutState(path, read.text);
      return known.ok ? known.state : fail(known.message);
    },
  };
};
