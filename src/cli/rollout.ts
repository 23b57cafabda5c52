import type { PolicySourceName, PolicyStatus } from '../compose/policy-status.ts';
import type { RolloutCounts } from '../pipeline/rollout-tally.ts';
import { ask, print, type Where } from './ask-admin.ts';
import { complain } from './complain.ts';
import { table } from './table.ts';

/** What `GET /rollout` and each change of a roll-out answer. */
type Status = PolicyStatus & { readonly requests?: RolloutCounts };

interface ShareWords {
  readonly percent?: string;
  readonly project: readonly string[];
}

const sources: Readonly<Record<PolicySourceName, string>> = {
  folder: 'the policy folder',
  promoted: 'a promoted candidate, until the policy folder holds something new',
  'last-good': 'the last good policy, since the policy folder does not load',
};

const show = ({ revision, source, folderRevision, rollout, requests }: Status): void => {
  print(`Current revision: ${revision}, from ${sources[source]}.`);
  if (revision !== folderRevision) print(`The policy folder holds revision ${folderRevision}.`);
  if (rollout === undefined) {
    print('No candidate is staged.');
    return;
  }
  const named = rollout.projects.length === 0 ? '' : `${rollout.projects.join(', ')}, and `;
  print(`Candidate: ${rollout.revision}, staged from ${rollout.from} at ${rollout.since}.`);
  print(`It is for ${named}${rollout.percent} % of all projects.`);
  if (requests === undefined) return;
  print('');
  print(
    table(
      ['SINCE THEN', 'REQUESTS', 'REFUSED', 'FLAGGED', '5XX'],
      (['current', 'candidate'] as const).map((role) => {
        const { requests: all, refused, flagged, failed } = requests[role];
        return [role, ...[all, refused, flagged, failed].map(String)];
      }),
    ),
  );
};

const queryOf = (words: ShareWords, more: Readonly<Record<string, string>> = {}): string => {
  const query = new URLSearchParams(more);
  if (words.percent !== undefined) query.set('percent', words.percent);
  for (const project of words.project) query.append('project', project);
  return query.toString();
};

const change = async (where: Where, path: string, done: string): Promise<void> => {
  const status = await ask<Status>(where, 'POST', path);
  if (status === undefined) return;
  print(done);
  show(status);
};

/** Without a share nobody would get the candidate, and a forgotten option must not look like a roll-out. */
const saysWho = ({ percent, project }: ShareWords): boolean => {
  if (percent !== undefined || project.length > 0) return true;
  complain('Say who gets the candidate: --percent 5, --project ID, or both.');
  process.exitCode = 2;
  return false;
};

/** `images-gateway rollout show`: which revisions judge requests, and how they fare. */
export const showRollout = async (where: Where): Promise<void> => {
  const status = await ask<Status>(where, 'GET', '/rollout');
  if (status !== undefined) show(status);
};

/** `images-gateway rollout stage NAME`: begins to judge some projects by a second revision. */
export const stageCandidate = async (from: string, options: ShareWords & Where): Promise<void> => {
  if (!saysWho(options)) return;
  await change(options, `/rollout?${queryOf(options, { from })}`, 'Staged.');
};

/** `images-gateway rollout share`: more projects, or fewer, or others. */
export const shareCandidate = async (options: ShareWords & Where): Promise<void> => {
  if (!saysWho(options)) return;
  await change(options, `/rollout/share?${queryOf(options)}`, 'Shared anew.');
};

/** `images-gateway rollout promote [REVISION]`: all requests are judged by the candidate. */
export const promoteCandidate = async (revision: string | undefined, options: Where): Promise<void> => {
  const query = revision === undefined ? '' : `?${new URLSearchParams({ revision }).toString()}`;
  await change(
    options,
    `/rollout/promote${query}`,
    'Promoted. Now put the same files into the policy folder.',
  );
};

/** `images-gateway rollout take-back`: nobody gets the candidate any more; after a promotion, the folder serves again. */
export const takeBackCandidate = async (options: Where): Promise<void> =>
  change(options, '/rollout/take-back', 'Taken back.');
