/** Blocks of points that workers hold, where something goes wrong on the way. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createMemoryLimits } from '../../../src/adapters/limits-memory.ts';
import { serveLimits } from '../../../src/adapters/limits-primary.ts';
import { SharedLimits } from '../../../src/adapters/limits-shared.ts';
import { createWorkerLimits } from '../../../src/adapters/limits-worker.ts';
import type { LimitsAnswer } from '../../../src/core/ports.ts';
import { admitted, chargeOf, limitOf, statesOf } from '../../support/limits.ts';
import { joinedBySlowWires } from '../../support/slow-wires.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const hundred = chargeOf(limitOf({ points: 100 }));

/** Two workers; a block is a quarter of what is free. The clock that is never set is the mocked one, plus `skew`. */
const open = (t: TestContext) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 });
  let skew = 0;
  const monotonic = () => Date.now() + skew;
  const shared = new SharedLimits({
    counters: createMemoryLimits(),
    workers: 2,
    block: (free) => Math.floor(free / 4),
    monotonic,
  });
  const workers = [0, 1].map(() => {
    const { worker, primary, wires } = joinedBySlowWires();
    const gone = serveLimits(primary, shared);
    const limits = createWorkerLimits({ primary: worker, workers: 2, budgetMs: 1_000_000, monotonic });
    return { primary, wires, limits, gone, isHalted: false };
  });
  const drain = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await turn();
      for (const { wires, isHalted } of workers)
        for (const wire of wires)
          while (!isHalted && wire.waiting > 0) {
            wire.deliver();
            quiet = 0;
          }
    }
  };
  const [first, second] = workers as [(typeof workers)[number], (typeof workers)[number]];
  const ask = async ({ limits }: typeof first, points = 1): Promise<LimitsAnswer> => {
    const answer = limits.consume([{ ...hundred, points }]);
    await drain();
    return answer;
  };
  /** How many single points one gets until it is refused. */
  const useUp = async (worker: typeof first): Promise<number> => {
    for (let count = 0; ; count += 1) if (!admitted(await ask(worker))) return count;
  };
  return {
    first,
    second,
    ask,
    useUp,
    drain,
    /** Sets the clock that can be set, and only that one. */
    set(byMs: number): void {
      t.mock.timers.setTime(Date.now() + byMs);
      skew -= byMs;
    },
    tick: (ms: number) => t.mock.timers.tick(ms),
  };
};

test('a worker that has a block answers at once, and tells no more than is left', async (t) => {
  const { first, second, ask } = open(t);
  assert.equal(statesOf(await ask(first))[0]?.remaining, 99);
  const answer = first.limits.consume([hundred]);
  assert.ok(!(answer instanceof Promise));
  assert.equal(statesOf(answer)[0]?.remaining, 98);
  assert.ok((statesOf(await ask(second))[0]?.remaining ?? 100) <= 97);
  assert.ok((statesOf(await ask(first))[0]?.remaining ?? 100) <= 96);
});

test('what one worker holds is called in before another one is refused', async (t) => {
  const { first, second, ask, useUp } = open(t);
  await ask(first);
  assert.equal(await useUp(second), 99);
  assert.equal(admitted(await ask(first)), false);
});

test('what a dead worker held stays charged, and no more than that', async (t) => {
  const { first, second, ask, useUp } = open(t);
  await ask(first);
  first.primary.close();
  first.gone();
  assert.equal(await useUp(second), 99 - 24);
});

test('a worker that is halted holds up others for a moment only, and gives back what it has when it goes on', async (t) => {
  const { first, second, ask, useUp, drain, tick } = open(t);
  await ask(first);
  first.isHalted = true;
  for (let count = 0; count < 75; count += 1) assert.ok(admitted(await ask(second)));
  const refused = second.limits.consume([hundred]);
  await drain();
  tick(50);
  await drain();
  assert.equal(admitted(await refused), false);
  first.isHalted = false;
  await drain();
  tick(1000);
  assert.equal(await useUp(second), 24);
});

test('what is given back after the end of a window is no present to the next one', async (t) => {
  const { first, second, ask, useUp, drain, tick } = open(t);
  await ask(first);
  first.isHalted = true;
  for (let count = 0; count < 75; count += 1) await ask(second);
  tick(60_000);
  for (let count = 0; count < 90; count += 1) assert.ok(admitted(await ask(second)));
  first.isHalted = false;
  await drain();
  assert.equal(await useUp(second), 10);
});

test('a clock that is set forth gives a new window, in which blocks of the old one count', async (t) => {
  const { first, second, ask, useUp, set } = open(t);
  await ask(first);
  set(3_600_000);
  const there = await useUp(second);
  assert.equal(there, 100);
  assert.equal(await useUp(first), 0);
});

test('a clock that is set forth does not let a halted worker spend its block beyond the new limit', async (t) => {
  const { first, second, ask, useUp, set, tick, drain } = open(t);
  await ask(first);
  first.isHalted = true;
  set(3_600_000);
  for (let count = 0; count < 76; count += 1) assert.ok(admitted(await ask(second)));
  let held = 0;
  while (!(first.limits.consume([hundred]) instanceof Promise)) held += 1;
  const refused = second.limits.consume([hundred]);
  await drain();
  tick(50);
  await drain();
  assert.equal(admitted(await refused), false);
  assert.equal(held, 24);
  first.isHalted = false;
  tick(1000);
  assert.equal(await useUp(second), 0);
});

test('a reset takes back what workers hold', async (t) => {
  const { first, second, ask, useUp, drain } = open(t);
  await ask(first);
  const forgotten = second.limits.reset('project:p1');
  await drain();
  assert.equal(await forgotten, 1);
  const inBoth = (await useUp(second)) + (await useUp(first));
  assert.equal(inBoth, 100);
});

test('a look tells what is left in truth', async (t) => {
  const { first, second, ask, drain } = open(t);
  await ask(first);
  void first.limits.consume([hundred]);
  const look = second.limits.peek([hundred]);
  await drain();
  assert.equal(statesOf(await look)[0]?.remaining, 98);
});
