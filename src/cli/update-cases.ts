import { realpath, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { type CasesUpdate, updatesOf, updateText } from '../cases/update.ts';
import { checkCases } from '../compose/check-cases.ts';
import { printProblem } from '../files/problem.ts';
import { readText } from '../files/read-text.ts';
import { writeFailure, writeWhole } from '../files/write-whole.ts';
import { largestFile, type PolicyText } from '../policy/folder.ts';
import { print } from './ask-admin.ts';
import { complain } from './complain.ts';
import type { Tested } from './test.ts';

/**
 * `images-gateway test --update`: shows what the red cases would have to expect, and writes it once somebody said yes.
 *
 * @param yes it was said on the command line
 * @returns the exit code: 0 all green now, 1 not
 */
export const offerUpdate = async (tested: readonly Tested[], yes: boolean): Promise<number> => {
  const results = tested.flatMap((one) => one.results);
  const unjudged = results.find(({ outcome }) => outcome === 'error')?.case;
  if (unjudged !== undefined) {
    const { at, name } = unjudged;
    complain(
      `${at.file}:${at.line}:${at.column}: Nothing is written: "${name}" could not be judged. Mend it, or the policy, first.`,
    );
    return 1;
  }
  const planned = tested.flatMap((one) => {
    const updates = updatesOf(one.content.cases, one.results);
    return updates.length === 0 ? [] : [{ one, updates }];
  });
  if (planned.length === 0) {
    print('Nothing to update.');
    return 0;
  }
  const updates = planned.flatMap((plan) => plan.updates);
  print(`\n${updateText(updates)}`);
  for (const plan of planned) if (!(await comesOutGreen(plan.one, plan.updates))) return 1;
  if (!yes && !(await saidYes(updates))) return 1;
  for (const { one, updates: own } of planned)
    for (const update of own) if (!(await write(update, one.content.cases))) return 1;
  return 0;
};

/** The new texts are judged before they are written: a case must not be left that is red, or that cannot be read. */
const comesOutGreen = async (
  { content, policy }: Tested,
  updates: readonly CasesUpdate[],
): Promise<boolean> => {
  const texts = content.cases.map((one) => ({
    ...one,
    text: updates.find(({ file }) => file === one.file)?.text ?? one.text,
  }));
  const updated = new Set(updates.flatMap((update) => update.cases.map((one) => one.case.name)));
  const { problems, results } = await checkCases({ cases: texts }, policy, ({ name }) => updated.has(name));
  if (problems.length === 0 && results.length === updated.size) return true;
  complain(
    `Nothing is written: what would be written does not hold. Change the cases by hand.\n${problems.map(printProblem).join('\n')}`,
  );
  return false;
};

const saidYes = async (updates: readonly CasesUpdate[]): Promise<boolean> => {
  const cases = updates.reduce((sum, update) => sum + update.cases.length, 0);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    complain('Nothing is written without a yes: look at the lines above, and say --yes.');
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const said = await new Promise<string>((resolve) => {
    lines.once('close', () => resolve(''));
    const files = updates.map(({ file }) => file).join(', ');
    const question = `Write ${cases === 1 ? 'this expectation' : `these ${cases} expectations`} into ${files}? Type yes: `;
    void lines.question(question).then(resolve, () => resolve(''));
  });
  lines.close();
  if (said.trim().toLowerCase() === 'yes') return true;
  complain('Nothing is written.');
  return false;
};

const write = async ({ file, text }: CasesUpdate, known: readonly PolicyText[]): Promise<boolean> => {
  const before = known.find((one) => one.file === file);
  const now = await readText(file, file, largestFile);
  if (!now.ok || now.text !== before?.text) {
    complain(`${file}: The file was changed while you looked. It is not written; try again.`);
    return false;
  }
  try {
    // A link stays one, and what it leads to keeps its mode.
    const path = await realpath(file);
    const mark = now.bytes[0] === 0xef ? '\uFEFF' : '';
    await writeWhole(path, mark + text, (await stat(path)).mode & 0o777);
  } catch (cause) {
    complain(`${file}: ${writeFailure(cause)}`);
    return false;
  }
  print(`Written: ${file}`);
  return true;
};
