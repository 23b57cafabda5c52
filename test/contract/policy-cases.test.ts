/** The policies that are shipped do what the cases beside them say, and the cases reach all of them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Coverage, coverageOf } from '../../src/cases/coverage.ts';
import { checkCases } from '../../src/compose/check-cases.ts';
import { inertPorts } from '../../src/compose/inert-ports.ts';
import { loadSnapshot } from '../../src/compose/load-snapshot.ts';
import { noMeters } from '../../src/core/silence.ts';
import { printProblem } from '../../src/files/problem.ts';
import { stages } from '../../src/stages/index.ts';
import { root } from '../support/source-files.ts';

/** What no request can reach with the options of the shipped policy, and why. */
const unreachable = [
  'authenticate/service-token', // `serviceTokenRoles` is empty.
  'authorize/other-project-401', // `mismatch` is 403.
  'authorize/hidden', // `denyAs` is 403.
  'rate-limit/over-limit-429', // `status` is 413.
  'limits/absolute-unavailable', // `absolute` is optional.
  'resize-watch/lookup-failed', // `write-order` asks for the same server before it.
  'gateway/no-identity', // `authenticate` is enforced wherever an identity is needed.
  'gateway/no-route', // There is a `default`.
];

const tested = async (folder: string) => {
  const path = join(root, folder);
  const outside = { ports: inertPorts, meters: noMeters };
  const loaded = await loadSnapshot(path, ['compute', 'image'], outside, { cases: false });
  if (!loaded.ok) throw new Error(loaded.problems.map(printProblem).join('\n'));
  const checked = await checkCases(loaded.content, loaded.snapshot.policy);
  const coverage = coverageOf(checked.rehearsal.snapshot, stages, checked.results);
  return { ...checked, coverage, warnings: loaded.warnings };
};

for (const folder of ['policies', 'policies/examples/rackspace']) {
  describe(folder, () => {
    test('every case is green', async () => {
      const { problems, results } = await tested(folder);
      assert.deepEqual(problems.map(printProblem), []);
      assert.ok(results.length > 30);
    });

    test('the cases reach every route, guarded call and stage', async () => {
      const { coverage } = await tested(folder);
      const kinds: readonly (keyof Coverage)[] = ['routes', 'operations', 'stages'];
      for (const kind of kinds) assert.deepEqual(coverage[kind].missed, [], kind);
    });

    test('loads without a warning', async () => {
      const { warnings } = await tested(folder);
      assert.deepEqual(warnings.map(printProblem), []);
    });
  });
}

test('the cases of the default policy reach every mode, and every fault that its options allow', async () => {
  const { coverage } = await tested('policies');
  assert.deepEqual(coverage.modes.missed, []);
  assert.deepEqual(coverage.faults.missed, unreachable);
});
