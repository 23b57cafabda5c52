import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchFiles } from '../../../src/files/watch.ts';
import { until } from '../../support/until.ts';

/** A content that the test says, looked at all the time; of names before a colon and texts behind it. */
const watched = (stillMs: number) => {
  let content = 'a b:1';
  let looks = 0;
  const told: string[] = [];
  const watch = watchFiles(
    {
      read: async () => {
        looks += 1;
        return content;
      },
      places: () => [],
      loaded: content,
      mayBePart: (one, other) => one.split(':')[0] !== other.split(':')[0],
      changed: async () => told.push(content),
    },
    { quietMs: 1, pollMs: 1, stillMs },
  );
  return {
    told,
    close: () => watch.close(),
    /** From now on there is this, and it was looked at. */
    becomes: async (next: string) => {
      content = next;
      const before = looks;
      await until(() => looks > before + 2, 'it was looked at');
    },
  };
};

test('what may be a part of a copy is not told while it grows, and what it becomes is told at once', async () => {
  const { becomes, told, close } = watched(1_000_000);
  await becomes(':');
  await becomes('a:2');
  assert.deepEqual(told, []);
  await becomes('a b:2');
  await until(() => told.length > 0, 'it was told');
  await close();
  assert.deepEqual(told, ['a b:2']);
});

test('what may be a part is told when it has stayed as it is, and nothing when all is as before', async () => {
  const { becomes, told, close } = watched(50);
  await becomes('a:1');
  await until(() => told.length > 0, 'it was told');
  assert.deepEqual(told, ['a:1']);
  await close();
  const other = watched(1_000_000);
  await other.becomes('a:1');
  await other.becomes('a b:1');
  await other.close();
  assert.deepEqual(other.told, []);
});
