import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const shipped = join(import.meta.dirname, '../../policies');

/** A copy of the shipped policies, changed by `edit`, in a folder of its own that goes with the test. */
export const editedPolicies = async (t: TestContext, edit: (text: string) => string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-policies-'));
  t.after(() => rm(folder, { recursive: true }));
  // The cases speak of the policy as it is shipped, and would keep the changed one from loading.
  await cp(shipped, folder, { recursive: true, filter: (from) => !from.endsWith('.cases.yaml') });
  const file = join(folder, 'images.yaml');
  await writeFile(file, edit(await readFile(file, 'utf8')));
  return folder;
};

/** The shipped policies with limits that no test reaches. */
export const withoutLimits = (t: TestContext): Promise<string> =>
  editedPolicies(t, (text) => text.replaceAll(/points: \d+/g, 'points: 1000000'));
