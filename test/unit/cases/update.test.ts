/** `test --update`: whatever a case expected, what would be written for it holds, and says no more than it said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { loadCases } from '../../../src/cases/load.ts';
import { prepareRehearsal, runCases } from '../../../src/cases/run.ts';
import { updatesOf, updateText } from '../../../src/cases/update.ts';
import { lookAt } from '../../../src/cli/look.ts';
import { noMeters } from '../../../src/core/silence.ts';
import { operations } from '../../../src/operations/index.ts';
import { stages } from '../../../src/stages/index.ts';
import { root } from '../../support/source-files.ts';

const loaded = await lookAt(`${root}/policies`);
assert.ok(loaded.ok);
const catalogue = { stages, operations, meters: noMeters };
const rehearsal = prepareRehearsal(loaded.snapshot.policy, catalogue);
const judge = (file: { readonly file: string; readonly text: string }) =>
  runCases(rehearsal, loadCases([file]).cases, () => 0);

const text = fc.constantFrom('label', 'compute', 'over', 'a: b, c', 'x # y', '"q"', 'True', '12');
const few = fc.subarray(['x-user-id', 'host', 'x-roles', 'x-nothing']);
const headers = fc.dictionary(fc.constantFrom('x-user-id', 'retry-after', 'x-nothing'), text, {
  noNullPrototype: true,
});
const some = <T extends object>(model: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [], noNullPrototype: true });
const expectation = some({
  verdict: fc.constantFrom('pass', 'deny', 'relay'),
  route: fc.constantFrom('default', 'image-metadata-write'),
  stage: fc.constantFrom('authorize', 'disk-config-guard', 'metadata-schema'),
  fault: fc.constantFrom('disk-config-guard/resizing', 'resizing'),
  status: fc.constantFrom(200, 409, 413),
  name: text,
  message: text,
  retryAfter: fc.nat(100),
  headers,
  flags: fc.subarray(['disk-config-guard/resizing', 'authorize/missing-role']),
  forward: some({ upstream: text, path: text, headers, without: few, body: fc.jsonValue(), text }),
  change: some({ set: few, changed: few, removed: few }),
});

const metadata = '/v2/images/d42f821e-c2d1-4796-9f07-af5ed7912d0e/metadata';
const request = fc.constantFrom(
  { path: '/v2.1/servers' },
  { path: '/v2//servers' },
  { method: 'POST', path: metadata, body: { metadata: { label: 'a' } } },
  { method: 'POST', path: metadata, body: { metadata: { auto_disk_config: 'MAYBE' } } },
  { method: 'DELETE', path: `${metadata}/label` },
);
const style = fc.record({
  collectionStyle: fc.constantFrom('block', 'flow', 'any'),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  lineWidth: fc.constantFrom(0, 60),
});

test('the updated text of any cases is green, has the same requests, and expects something of each', async () => {
  let red = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ request, expect: expectation }), { minLength: 1, maxLength: 4 }),
      style,
      async (entries, how) => {
        const cases = entries.map((entry, index) => ({ name: `case ${index}`, ...entry }));
        const before = stringify({ version: 1, cases }, how as never);
        const file = { file: 'a.cases.yaml', text: before };
        const [update] = updatesOf([file], await judge(file));
        if (update === undefined) return;
        red += 1;
        const after = await judge({ ...file, text: update.text });
        const what = `${before}\n${updateText([update])}\n${update.text}`;
        assert.deepEqual(
          after.map(({ outcome }) => outcome),
          entries.map(() => 'pass'),
          what,
        );
        const now = loadCases([{ ...file, text: update.text }]).cases;
        for (const [index, { request: kept, expect }] of now.entries()) {
          assert.deepEqual(kept, loadCases([file]).cases[index]?.request, what);
          const names = Object.keys(entries[index]?.expect ?? {});
          const more = Object.keys(expect).filter((name) => !names.includes(name));
          assert.ok(more.length === 0 || more.join() === 'verdict', what);
          assert.equal(Object.keys(expect).length === 0, names.length === 0, what);
        }
      },
    ),
    { numRuns: 60 },
  );
  assert.ok(red > 20, String(red));
});
