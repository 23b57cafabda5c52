import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLimits } from '../../../src/adapters/limits-memory.ts';
import { admitted, chargeOf, limitOf, statesOf } from '../../support/limits.ts';

test('counters in memory are answered without a promise', () => {
  const limits = createMemoryLimits();
  assert.equal(limits.consume([chargeOf(limitOf())]).kind, 'counted');
});

test('two hundred thousand projects take no more room than the bound', () => {
  const limits = createMemoryLimits({ maxSubjects: 1000 });
  const limit = limitOf({ points: 1 });
  for (let index = 0; index < 200_000; index += 1)
    assert.ok(admitted(limits.consume([chargeOf(limit, `project:${index}`)])));
  assert.equal(limits.size(), 1000);
});

test('past the bound the oldest window is forgotten and the newest ones are kept', () => {
  const limits = createMemoryLimits({ maxSubjects: 2 });
  const limit = limitOf({ points: 1 });
  for (const subject of ['a', 'b', 'c']) limits.consume([chargeOf(limit, subject)]);
  const left = ['a', 'b', 'c'].map(
    (subject) => statesOf(limits.peek([chargeOf(limit, subject)]))[0]?.remaining,
  );
  assert.deepEqual(left, [1, 0, 0]);
});

test('a clock that is set back by an hour does not make a window longer', (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 10 * 3_600_000 });
  const limits = createMemoryLimits();
  const limit = limitOf({ points: 1 });
  limits.consume([chargeOf(limit)]);
  t.mock.timers.setTime(9 * 3_600_000);
  const answer = limits.consume([chargeOf(limit)]);
  assert.equal(admitted(answer), false);
  assert.ok((statesOf(answer)[0]?.resetMs ?? Infinity) <= 60_000);
});

test('a clock that is set forth by an hour ends each window once, and the next is as long as ever', (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 10 * 3_600_000 });
  const limits = createMemoryLimits();
  const limit = limitOf({ points: 1 });
  limits.consume([chargeOf(limit)]);
  t.mock.timers.setTime(11 * 3_600_000);
  assert.ok(admitted(limits.consume([chargeOf(limit)])));
  const answer = limits.consume([chargeOf(limit)]);
  assert.equal(admitted(answer), false);
  assert.equal(statesOf(answer)[0]?.resetMs, 60_000);
});

test('a window is over when its time is, also when its timer has not run yet', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const limits = createMemoryLimits();
  const limit = limitOf({ points: 1 });
  assert.ok(admitted(limits.consume([chargeOf(limit)])));
  t.mock.timers.setTime(1_000_000 + 60_000);
  assert.ok(admitted(limits.consume([chargeOf(limit)])));
  assert.equal(admitted(limits.consume([chargeOf(limit)])), false);
});

test('a reset forgets the counters of the subjects that are meant, for one limit or for all', async () => {
  const limits = createMemoryLimits();
  const reads = limitOf({ name: 'reads' });
  const writes = limitOf({ name: 'writes' });
  for (const subject of ['project:a', 'project:b'])
    limits.consume([chargeOf(reads, subject), chargeOf(writes, subject)]);
  assert.equal(await limits.reset('project:a', 'reads'), 1);
  assert.equal(await limits.reset('project:b'), 2);
  const left = statesOf(limits.peek([chargeOf(reads, 'project:a'), chargeOf(writes, 'project:a')]));
  assert.deepEqual(
    left.map(({ remaining }) => remaining),
    [3, 2],
  );
});

test('the counters of limits that no longer exist are let go once they have run out', (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 });
  const limits = createMemoryLimits();
  limits.consume([chargeOf(limitOf({ name: 'old' }))]);
  t.mock.timers.tick(60_000);
  assert.equal(limits.size(), 0);
});
