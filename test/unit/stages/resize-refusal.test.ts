import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalSentence, retryAfterMs } from '../../../src/stages/resize-refusal.ts';

const server = (id: string, status = 'VERIFY_RESIZE', projectId = 'p1', updatedAt?: number) => ({
  id,
  status,
  projectId,
  updatedAt,
});

test('five servers of the caller’s own project are named, those of others are only counted', () => {
  const own = Array.from({ length: 7 }, (_, index) => server(`s${index}`, 'RESIZE'));
  const sentence = refusalSentence('auto_disk_config', [...own, server('secret-id', 'RESIZE', 'p2')], 'p1');
  assert.match(sentence, /8 servers built from this image are being resized/);
  assert.match(sentence, /s4 RESIZE, and 2 more, 1 of other projects/);
  assert.ok(!sentence.includes('s5') && !sentence.includes('secret-id'));
});

test('one server is told in the singular, with what ends the conflict', () => {
  assert.equal(
    refusalSentence('auto_disk_config', [server('s1')], 'p1'),
    'auto_disk_config cannot be changed now: 1 server built from this image is being resized (s1 VERIFY_RESIZE). Confirm or revert the resize, then try again.',
  );
});

test('the wait ends when the last resize is confirmed by itself', () => {
  const waits = { autoConfirmMs: 86_400_000, defaultMs: 300_000 };
  const servers = [server('a', 'VERIFY_RESIZE', 'p1', 1000), server('b', 'VERIFY_RESIZE', 'p1', 5000)];
  assert.equal(retryAfterMs(servers, 10_000, waits), 86_395_000);
});

test('where nobody knows the end, the default is told, and never less than a second', () => {
  const waits = { autoConfirmMs: 0, defaultMs: 300_000 };
  assert.equal(retryAfterMs([server('a', 'RESIZE')], 0, waits), 300_000);
  const overdue = { autoConfirmMs: 1000, defaultMs: 300_000 };
  assert.equal(retryAfterMs([server('a', 'VERIFY_RESIZE', 'p1', 0)], 50_000, overdue), 1000);
});
