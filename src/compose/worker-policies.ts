import type { Peer } from '../core/peer.ts';
import type { Snapshots } from '../pipeline/snapshots.ts';
import { contentRevision } from '../policy/revision.ts';
import type { PolicyHolder, PreparedSet } from './policy-holder.ts';
import { PolicyProblems } from './policy-problems.ts';
import { type SentPolicies, unpackPolicies } from './sent-policies.ts';
import { applyPolicies, candidateUnfit, preparePolicies } from './worker-topics.ts';

type Ready = Extract<PreparedSet, { ok: true }>;

/** Milliseconds for the primary to take a candidate back at all workers; it may be busy with its own start. */
const takeBackMs = 30_000;

/**
 * The policies that a worker begins with, and its part in their changes. A candidate that this worker cannot use is no
 * reason not to serve: the primary is told, and takes it back everywhere, before this worker has a client.
 *
 * @throws PolicyProblems when the current revision cannot be used
 */
export const openSentPolicies = async (
  primary: Peer,
  sent: SentPolicies,
  holder: PolicyHolder,
): Promise<{ readonly snapshots: Snapshots }> => {
  const set = unpackPolicies(sent);
  const { current, candidate } = set;
  const whole = await holder.prepare(set);
  const isUnfit = !whole.ok && whole.part === 'candidate';
  const first = isUnfit ? await holder.prepare({ current }) : whole;
  if (!first.ok) throw new PolicyProblems(first.problems);
  first.apply();
  let prepared: Ready | undefined;
  primary.answer(preparePolicies, async (next) => {
    const ready = await holder.prepare(unpackPolicies(next));
    prepared = ready.ok ? ready : undefined;
    return ready.ok ? [] : ready.problems;
  });
  primary.answer(applyPolicies, () => {
    if (prepared === undefined) return false;
    prepared.apply();
    prepared = undefined;
    return true;
  });
  if (isUnfit && candidate !== undefined) {
    const revision = contentRevision(candidate.content);
    await primary.ask(candidateUnfit, { revision, problems: whole.problems }, takeBackMs);
  }
  return { snapshots: holder.snapshots };
};
