import type { Log } from '../core/log.ts';
import { type Problem, printProblem } from '../files/problem.ts';
import type { RolloutAnswer, RolloutDesk } from '../http/admin-rollout.ts';
import type { Share } from '../policy/policy-set.ts';
import { contentRevision } from '../policy/revision.ts';
import type { RolloutState } from '../policy/rollout-state.ts';
import { readCandidate } from './candidate-files.ts';
import type { PreparedSet } from './policy-holder.ts';
import type { PolicySources, RolloutMemory } from './policy-sources.ts';
import type { PolicyStatus } from './policy-status.ts';

export interface RolloutParts {
  /** The folder of candidates; `undefined`: none may be staged. */
  readonly dir: string | undefined;
  readonly memory: RolloutMemory | undefined;
  /** Loads policies wherever they are to judge; nothing changes yet. */
  readonly prepare: (next: PolicySources) => Promise<PreparedSet>;
  /** What was prepared is not adopted. */
  readonly abandon: () => void;
  readonly sources: () => PolicySources;
  /** Makes prepared policies the ones that judge. */
  readonly adopt: (next: PolicySources, ready: Extract<PreparedSet, { ok: true }>) => Promise<void>;
  readonly status: () => PolicyStatus;
  /** An ISO date. */
  readonly now: () => string;
  readonly log: Log;
  /** One change of the policies at a time. */
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
}

const refuse = (status: 404 | 409 | 422 | 500, message: string): RolloutAnswer => ({
  ok: false,
  status,
  message,
});
const notSetUp = refuse(
  409,
  'Roll-outs are not set up: name a folder of candidates and a file to remember them, as rollout.dir and rollout.state in the settings.',
);
const noCandidate = refuse(409, 'No candidate is staged. Stage one first.');

/** What operators may do with a second revision. Each step is on the disk before it is in force. */
export const composeRollout = (
  parts: RolloutParts,
): RolloutDesk & {
  /** Takes a candidate back that turns out to be of no use somewhere; nothing if it is staged no more. */
  drop(revision: string, problems: readonly Problem[]): Promise<void>;
} => {
  const { dir, memory, prepare, sources, status, now, log, inTurn } = parts;

  const audit = (event: string, fields: object): RolloutAnswer => {
    log.info({ kind: 'audit', event, images_gateway: fields }, 'the roll-out was changed');
    return { ok: true, status: status() };
  };

  /** @param mustBeKept whether the step is refused when it cannot be remembered */
  const change = async (rollout: RolloutState, event: string, mustBeKept = true): Promise<RolloutAnswer> => {
    const next = { ...sources(), rollout };
    const ready = await prepare(next);
    if (!ready.ok) return refuse(422, ['It does not load:', ...ready.problems.map(printProblem)].join('\n'));
    const failure = await memory?.write(rollout);
    if (failure !== undefined && mustBeKept) {
      parts.abandon();
      return refuse(500, `Nothing was changed, since it could not be remembered: ${failure}`);
    }
    await parts.adopt(next, ready);
    const { revision, source } = status();
    const { candidate } = rollout;
    const answer = audit(event, {
      revision,
      source,
      candidate: candidate && contentRevision(candidate.content),
      from: candidate?.from,
      projects: candidate?.projects,
      percent: candidate?.percent,
    });
    if (failure === undefined) return answer;
    return refuse(
      500,
      `Taken back, but a restart would bring it again, since that is not remembered: ${failure}`,
    );
  };

  const staged = (revision: string | undefined) => {
    const { candidate } = sources().rollout;
    if (candidate === undefined) return noCandidate;
    const own = contentRevision(candidate.content);
    return revision === undefined || revision === own
      ? candidate
      : refuse(409, `The candidate is revision ${own}, not ${revision}. Look at it again.`);
  };

  return {
    async drop(revision, problems) {
      await inTurn(async () => {
        const { candidate, promoted } = sources().rollout;
        if (candidate === undefined || contentRevision(candidate.content) !== revision) return;
        log.error(
          { candidate: revision, problems: problems.map(printProblem) },
          'a worker cannot use the candidate; it is taken back',
        );
        const answer = await change({ promoted }, 'rollout-taken-back', false);
        if (!answer.ok) log.error({ candidate: revision }, answer.message);
      });
    },
    show: () => status(),
    stage: (from, share) =>
      inTurn(async () => {
        if (dir === undefined) return notSetUp;
        const found = await readCandidate(dir, from);
        if (!found.ok) return refuse(found.status, found.message);
        const revision = contentRevision(found.content);
        const { promoted } = sources().rollout;
        if (revision === status().revision)
          return refuse(409, `${from} is revision ${revision}, which is the current one already.`);
        const candidate = { content: found.content, from, at: now(), ...share };
        return change({ promoted, candidate }, 'rollout-staged');
      }),
    share: (share: Partial<Share>) =>
      inTurn(async () => {
        const candidate = staged(undefined);
        if ('ok' in candidate) return candidate;
        const { promoted } = sources().rollout;
        return change({ promoted, candidate: { ...candidate, ...share } }, 'rollout-shared');
      }),
    promote: (wanted) =>
      inTurn(async () => {
        const candidate = staged(wanted);
        if ('ok' in candidate) return candidate;
        const { content, from } = candidate;
        const over = contentRevision(sources().folder);
        // Going back to what the folder holds needs no promotion over it.
        const isFolder = contentRevision(content) === over;
        return change(isFolder ? {} : { promoted: { content, over, from, at: now() } }, 'rollout-promoted');
      }),
    takeBack: () =>
      inTurn(async () => {
        const { candidate, promoted } = sources().rollout;
        if (candidate !== undefined) return change({ promoted }, 'rollout-taken-back', false);
        if (promoted !== undefined) return change({}, 'rollout-taken-back', false);
        return refuse(
          409,
          'There is nothing to take back: the policy folder serves, and no candidate is staged.',
        );
      }),
  };
};
