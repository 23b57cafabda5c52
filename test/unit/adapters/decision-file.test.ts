import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDecisionFile } from '../../../src/adapters/decision-file.ts';
import type { Decision } from '../../../src/core/decision.ts';
import { writeFolder } from '../../support/policy-folder.ts';
import { recordingLog, recordingMeters } from '../../support/recording.ts';

test('several writers of one file never mix their lines, however many they write at once', async (t) => {
  const path = join(await writeFolder(t, {}), 'decisions.jsonl');
  const writers = Array.from({ length: 4 }, () =>
    createDecisionFile({ path, most: 100_000, meters: recordingMeters(), log: recordingLog() }),
  );
  const of = (writer: number, n: number) => ({
    masked: () => ({ id: `${writer}-${n}`, path: 'x'.repeat(n % 3000) }) as unknown as Decision,
  });
  for (let n = 0; n < 1000; n += 1) {
    for (const [writer, file] of writers.entries()) file.add(of(writer, n));
  }
  await Promise.all(writers.map((file) => file.close()));
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  assert.equal(new Set(lines.map((line) => JSON.parse(line).id)).size, 4000);
});
