import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lookAt } from '../../../src/cli/look.ts';
import type { Tested } from '../../../src/cli/test.ts';
import { offerUpdate } from '../../../src/cli/update-cases.ts';
import { checkCases } from '../../../src/compose/check-cases.ts';
import { writeFolder } from '../../support/policy-folder.ts';

const cases = `version: 1
cases:
  - { name: first, request: { path: /a }, expect: { verdict: deny } }
  - { name: second, request: { path: /a }, expect: { verdict: pass } }
`;

const testedFolder = async (t: TestContext) => {
  const folder = await writeFolder(t, {
    'a.yaml':
      'version: 1\nroutes: [{ id: a, match: { path: /a, methods: [GET] }, stages: [{ use: authenticate }] }]\n',
    'a.cases.yaml': cases,
  });
  const loaded = await lookAt(folder);
  assert.ok(loaded.ok);
  const { policy, revision } = loaded.snapshot;
  const { results } = await checkCases(loaded.content, policy);
  const tested: Tested = { folder, revision, results, coverage: undefined, content: loaded.content, policy };
  const file = join(folder, 'a.cases.yaml');
  return { tested, file };
};

/** What is said on standard error meanwhile. */
const heard = async (t: TestContext, work: () => Promise<number>) => {
  const said: string[] = [];
  t.mock.method(process.stdout, 'write', () => true);
  t.mock.method(process.stderr, 'write', (text: string) => said.push(text) > 0);
  const code = await work().finally(() => t.mock.restoreAll());
  process.exitCode = undefined;
  return { code, said: said.join('') };
};

test('a case that could not be judged forbids the update of all others', async (t) => {
  const { tested, file } = await testedFolder(t);
  const [first, second] = tested.results;
  assert.ok(first !== undefined && second !== undefined);
  const results = [first, { ...second, outcome: 'error', message: 'stage a failed' } as const];
  const { code, said } = await heard(t, () => offerUpdate([{ ...tested, results }], true));
  assert.equal(code, 1);
  assert.equal(
    said,
    `${file}:4:5: Nothing is written: "second" could not be judged. Mend it, or the policy, first.\n`,
  );
  assert.equal(await readFile(file, 'utf8'), cases);
});

test('a file that somebody else has changed meanwhile is left as it is', async (t) => {
  const { tested, file } = await testedFolder(t);
  await writeFile(file, `${cases}# a colleague\n`);
  const { code, said } = await heard(t, () => offerUpdate([tested], true));
  assert.equal(code, 1);
  assert.equal(said, `${file}: The file was changed while you looked. It is not written; try again.\n`);
  assert.equal(await readFile(file, 'utf8'), `${cases}# a colleague\n`);
});
