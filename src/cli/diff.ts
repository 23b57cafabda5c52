import { diffPolicies, diffText } from '../policy/diff.ts';
import { complainOf } from './complain.ts';
import { lookAt } from './look.ts';

/** `images-gateway diff OLD NEW`: what NEW says otherwise. Exit codes 0 nothing, 1 something, 2 one cannot be read. */
export const runDiff = async (
  before: string,
  after: string,
  options: { readonly json: boolean },
): Promise<void> => {
  const [old, now] = await Promise.all([lookAt(before), lookAt(after)]);
  if (!old.ok || !now.ok) {
    complainOf([old, now].flatMap((loaded) => (loaded.ok ? [] : loaded.problems)));
    process.exitCode = 2;
    return;
  }
  const differences = diffPolicies(old.snapshot.policy, now.snapshot.policy);
  process.stdout.write(options.json ? `${JSON.stringify(differences, null, 2)}\n` : diffText(differences));
  process.exitCode = differences.length > 0 ? 1 : 0;
};
