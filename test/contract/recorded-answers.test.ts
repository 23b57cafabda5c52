/** Everything that the real services were recorded to answer, asked of the demo cloud again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainedDifferences } from '../support/recorded/explained-differences.ts';
import { replay } from '../support/recorded/replay.ts';
import { startReplaySimulator } from '../support/recorded/replay-simulator.ts';

/** `NAME: WHERE`, for each explained difference and for each one that was found. */
const explained = (name: string, where: string): boolean =>
  explainedDifferences.some((each) => each.of.includes(name) && (each.where?.includes(where) ?? true));

test('the demo cloud answers as the real services were recorded to, but for the explained differences', async (t) => {
  await using simulator = await startReplaySimulator();
  const replayed = await replay(simulator);
  const found = replayed.flatMap(({ name, differences }) => differences.map((each) => ({ name, ...each })));
  t.diagnostic(`${replayed.length} answers, ${new Set(found.map(({ name }) => name)).size} of them other`);
  assert.ok(replayed.length > 0);
  assert.deepEqual(
    found.filter(({ name, where }) => !explained(name, where)),
    [],
    'differences that nobody has explained',
  );
  const gone = explainedDifferences.flatMap(({ of, where }) =>
    of.flatMap((name) =>
      (where ?? [undefined])
        .filter((place) => !found.some((each) => each.name === name && (place ?? each.where) === each.where))
        .map((place) => `${name}: ${place ?? 'the answer'}`),
    ),
  );
  assert.deepEqual(gone, [], 'explained differences that are no more: take them out of the list');
});
