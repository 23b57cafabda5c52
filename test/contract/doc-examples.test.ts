/** Policies, cases and settings that the documents print can be copied and used. */
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inertPorts } from '../../src/compose/inert-ports.ts';
import { loadSnapshot } from '../../src/compose/load-snapshot.ts';
import { loadConfig } from '../../src/config/load.ts';
import { noMeters } from '../../src/core/silence.ts';
import { printProblem } from '../../src/files/problem.ts';
import { makeAuthority } from '../support/certificates.ts';
import { fences, markdownFiles } from '../support/markdown.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { root } from '../support/source-files.ts';

const examples = markdownFiles().flatMap(({ path, text }) =>
  fences(text)
    .filter(({ language }) => language === 'yaml')
    .map((fence) => ({ path, where: `${path}:${fence.line}`, text: fence.text })),
);

const policies = examples.filter(({ text }) => /^routes:/m.test(text));
// The tutorial shows red cases on purpose, one step after another; its own test walks through it.
const cases = examples.filter(({ path, text }) => /^cases:/m.test(text) && path !== 'docs/tutorial.md');
// A whole file has its version; that of the guide for Kubernetes has its place in kubernetes-files.test.ts.
const settings = examples.filter(
  ({ text }) => /^(upstreams|listen):/m.test(text) && !/^version:/m.test(text),
);

/** What is wrong with a policy folder, one line a problem. */
const problemsOf = async (folder: string): Promise<readonly string[]> => {
  const loaded = await loadSnapshot(folder, ['compute', 'image'], { ports: inertPorts, meters: noMeters });
  return loaded.ok ? [] : loaded.problems.map(printProblem);
};

const folderWith = async (t: TestContext, files: Readonly<Record<string, string>>): Promise<string> => {
  const folder = await writeFolder(t, files);
  await cp(join(root, 'policies/schemas'), join(folder, 'schemas'), { recursive: true });
  return folder;
};

test('the documents have examples of each kind', () => {
  for (const [kind, list] of Object.entries({ policies, cases, settings })) assert.ok(list.length > 0, kind);
});

for (const { where, text } of policies)
  test(`the policy in ${where} loads`, async (t) => {
    assert.deepEqual(await problemsOf(await folderWith(t, { 'policy.yaml': text })), []);
  });

for (const { path, where, text } of cases)
  test(`the cases in ${where} are what a policy of that document does, or the shipped one`, async (t) => {
    const shipped = await readFile(join(root, 'policies/images.yaml'), 'utf8');
    const candidates = [
      shipped,
      ...policies.filter((policy) => policy.path === path).map((policy) => policy.text),
    ];
    const problems = await Promise.all(
      candidates.map(async (policy) =>
        problemsOf(await folderWith(t, { 'images.yaml': policy, 'doc.cases.yaml': text })),
      ),
    );
    assert.ok(
      problems.some((found) => found.length === 0),
      problems.map((found) => found.join('\n')).join('\n\n'),
    );
  });

for (const { where, text } of settings)
  test(`the settings in ${where} can be read`, async (t) => {
    const folder = await writeFolder(t, {});
    const file = join(folder, 'gateway.yaml');
    // Documents print the parts that everybody has to change; the others are taken from the shipped file.
    const others = [
      'lookups: { compute: compute, image: image }',
      'identity: { kind: keystone-v3, url: "http://keystone:5000", credential: { kind: caller } }',
      'upstreams: { compute: { url: "http://nova:8774", api: /v2 }, image: { url: "http://glance:9292", api: /v2 } }',
    ].filter((line) => !new RegExp(`^${line.split(':', 1)[0]}:`, 'm').test(text));
    const parts = ['version: 1', text, ...others, `policies: { dir: ${join(root, 'policies')} }`, ''];
    await writeFile(file, parts.join('\n'));
    const { cert: TLS_CERTIFICATE, key: TLS_KEY } = makeAuthority().issue('documents');
    const loaded = await loadConfig(file, { IMAGES_GATEWAY_PASSWORD: 'x', TLS_CERTIFICATE, TLS_KEY });
    assert.deepEqual(loaded.ok ? [] : loaded.problems.map(printProblem), []);
  });
