import { type Problem, printProblem } from '../files/problem.ts';
import type { Snapshots } from '../pipeline/snapshots.ts';
import { contentRevision } from '../policy/revision.ts';
import type { PolicySources } from './policy-sources.ts';

export const policySourceNames = ['folder', 'promoted', 'last-good'] as const;
export type PolicySourceName = (typeof policySourceNames)[number];

/** What serves, where it comes from, and what became of the last attempt to load the folder; for the admin page. */
export interface PolicyStatus {
  readonly revision: string;
  /** When it began to serve, as an ISO date. */
  readonly since: string;
  readonly source: PolicySourceName;
  /** Of what the folder held when it last loaded. */
  readonly folderRevision: string;
  readonly lastAttempt: { readonly at: string; readonly ok: boolean; readonly problems: readonly string[] };
  /** While a candidate is staged. */
  readonly rollout?: {
    readonly revision: string;
    readonly from: string;
    readonly since: string;
    readonly projects: readonly string[];
    readonly percent: number;
  };
}

interface Parts {
  readonly snapshots: Snapshots;
  readonly sources: () => PolicySources;
  /** An ISO date. */
  readonly now: () => string;
}

/** Remembers when things happened, and tells them. */
export const composePolicyStatus = ({
  snapshots,
  sources,
  now,
}: Parts): {
  attempted(problems: readonly Problem[]): void;
  adopted(): void;
  now(): PolicyStatus;
} => {
  let revision = snapshots.current.revision;
  let since = now();
  let lastGood = false;
  let lastAttempt: PolicyStatus['lastAttempt'] = { at: since, ok: true, problems: [] };
  let attempts = 0;
  return {
    attempted(problems) {
      lastAttempt = { at: now(), ok: problems.length === 0, problems: problems.map(printProblem) };
      // Only the first load may fall back to what was kept; one that succeeds later ends that.
      lastGood = problems.length > 0 && (attempts === 0 || lastGood);
      attempts += 1;
    },
    adopted() {
      if (revision !== snapshots.current.revision) since = now();
      revision = snapshots.current.revision;
    },
    now() {
      const { folder, rollout } = sources();
      const { candidate } = rollout;
      return {
        revision,
        since,
        source: rollout.promoted === undefined ? (lastGood ? 'last-good' : 'folder') : 'promoted',
        folderRevision: contentRevision(folder),
        lastAttempt,
        ...(candidate !== undefined && {
          rollout: {
            revision: contentRevision(candidate.content),
            from: candidate.from,
            since: candidate.at,
            projects: candidate.projects,
            percent: candidate.percent,
          },
        }),
      };
    },
  };
};
