import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createDecisionFile } from '../../../src/adapters/decision-file.ts';
import type { Decision } from '../../../src/core/decision.ts';
import { writeFolder } from '../../support/policy-folder.ts';
import { recordingLog, recordingMeters } from '../../support/recording.ts';
import { until } from '../../support/until.ts';

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

const pipe = async (t: TestContext) => {
  const path = join(await writeFolder(t, {}), 'pipe');
  execFileSync('mkfifo', [path]);
  const meters = recordingMeters();
  const log = recordingLog();
  const file = createDecisionFile({ path, most: 5, patienceMs: 1, meters, log });
  return {
    path,
    log,
    add: (id: string, length = 0) =>
      file.add({ masked: () => ({ id, path: 'x'.repeat(length) }) as unknown as Decision }),
    close: () => file.close(),
    dropped: () => meters.value('images_gateway_decisions_dropped_total'),
    /** Somebody who does not read what is written before told to. */
    reader: () => open(path, constants.O_RDONLY | constants.O_NONBLOCK),
  };
};

/** What there is to read now. */
const readFrom = async (reader: FileHandle): Promise<string> => {
  const { buffer, bytesRead } = await reader.read(Buffer.alloc(1024 * 1024));
  return buffer.toString('utf8', 0, bytesRead);
};

test('a pipe that nobody reads holds up neither the process nor its end: decisions are dropped, counted, and told', async (t) => {
  const { add, close, dropped, log } = await pipe(t);
  for (let n = 0; n < 4; n += 1) add(`${n}`);
  await close();
  assert.equal(dropped(), 4);
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['decisions cannot be written to their file; they are dropped'],
  );
});

test('a reader that is slow gets every line that fits into the buffer; what does not is counted, and told once', async (t) => {
  const { add, close, dropped, reader, log } = await pipe(t);
  const slow = await reader();
  for (let n = 0; n < 8; n += 1) add(`${n}`, 100_000);
  let text = '';
  await until(async () => {
    text += await readFrom(slow).catch(() => '');
    return text.split('\n').length === 6;
  }, 'five lines have come');
  await close();
  await slow.close();
  const ids = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).id]));
  assert.deepEqual(ids, ['0', '1', '2', '3', '4']);
  assert.equal(dropped(), 3);
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['decisions come faster than their file takes them; they are dropped'],
  );
});

test('a line that was taken in part is counted as dropped once, and the next one begins on a line of its own', async (t) => {
  const { add, close, dropped, reader } = await pipe(t);
  const leaving = await reader();
  add('whole');
  add('torn', 1_000_000);
  await close();
  assert.equal(dropped(), 1);
  add('late');
  await close();
  assert.equal(dropped(), 2);
  const before = await readFrom(leaving);
  add('next');
  await close();
  const after = await readFrom(leaving);
  await leaving.close();
  assert.deepEqual(JSON.parse(before.split('\n')[0] ?? ''), { id: 'whole', path: '' });
  assert.match(before, /"torn","path":"x+$/);
  assert.equal(after, `\n${JSON.stringify({ id: 'next', path: '' })}\n`);
  assert.equal(dropped(), 2);
});
