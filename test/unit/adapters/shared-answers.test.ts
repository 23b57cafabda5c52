import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedAnswers } from '../../../src/adapters/shared-answers.ts';

const shared = (maxAgeMs = 2000) => {
  const clock = { at: 0, now: () => clock.at };
  const answers = new SharedAnswers<number | 'failed'>(clock, maxAgeMs, (answer) => answer !== 'failed');
  return { clock, answers };
};

test('concurrent questions share one answer', async () => {
  const { answers } = shared();
  let asked = 0;
  const slow = Promise.withResolvers<number>();
  const ask = () => {
    asked += 1;
    return slow.promise;
  };
  const all = Promise.all(Array.from({ length: 100 }, () => answers.get('a', ask, false)));
  slow.resolve(7);
  assert.deepEqual(new Set(await all), new Set([7]));
  assert.equal(asked, 1);
});

test('an answer is reused until it is too old, counted from the question', async () => {
  const { answers, clock } = shared(2000);
  assert.equal(await answers.get('a', async () => 1, false), 1);
  clock.at = 1999;
  assert.equal(await answers.get('a', async () => 2, false), 1);
  clock.at = 2000;
  assert.equal(await answers.get('a', async () => 3, false), 3);
});

test('a failure is shared while it is waited for, and then asked again', async () => {
  const { answers } = shared();
  assert.equal(await answers.get('a', async () => 'failed', false), 'failed');
  assert.equal(await answers.get('a', async () => 4, false), 4);
});

test('who needs a fresh answer gets one, and others share it afterwards', async () => {
  const { answers } = shared();
  await answers.get('a', async () => 1, false);
  assert.equal(await answers.get('a', async () => 2, true), 2);
  assert.equal(await answers.get('a', async () => 3, false), 2);
});

test('with an age of zero nothing is reused', async () => {
  const { answers } = shared(0);
  await answers.get('a', async () => 1, false);
  assert.equal(await answers.get('a', async () => 2, false), 2);
});
