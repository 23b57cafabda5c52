import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { Watchdog, type Watched } from '../../../src/core/watchdog.ts';
import { until } from '../../support/until.ts';

class Waiter implements Watched {
  idleTurns = 0;
  place = -1;
  lateTimes = 0;
  late(): void {
    this.lateTimes += 1;
  }
}

test('whoever makes no progress is late once, whoever was released never', async () => {
  const watchdog = new Watchdog(20);
  const [stuck, released, moving] = [new Waiter(), new Waiter(), new Waiter()];
  for (const waiter of [stuck, released, moving]) watchdog.watch(waiter);
  watchdog.release(released);
  await until(() => {
    moving.idleTurns = 0;
    return stuck.lateTimes > 0;
  }, 'it is late');
  assert.deepEqual(
    [stuck, released, moving].map(({ lateTimes, place }) => [lateTimes, place === -1]),
    [
      [1, true],
      [0, true],
      [0, false],
    ],
  );
  await until(() => moving.lateTimes > 0, 'the one that stops is late too');
  assert.equal(stuck.lateTimes, 1);
});

test('one that ends others, or begins anew, when it is late', async () => {
  const watchdog = new Watchdog(10);
  const others = [new Waiter(), new Waiter()];
  const ending = new Waiter();
  ending.late = () => {
    ending.lateTimes += 1;
    for (const other of others) watchdog.release(other);
    if (ending.lateTimes === 1) {
      ending.idleTurns = 0;
      watchdog.watch(ending);
    }
  };
  for (const waiter of [ending, ...others]) watchdog.watch(waiter);
  await until(() => ending.lateTimes === 2, 'it is late a second time');
  assert.deepEqual(
    others.map(({ lateTimes }) => lateTimes),
    [0, 0],
  );
});

test('however they come and go, those that stay are all late, and no others', async () => {
  const moves = fc.array(fc.record({ who: fc.nat(9), stays: fc.boolean() }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(moves, async (list) => {
      const watchdog = new Watchdog(1);
      const waiters = Array.from({ length: 10 }, () => new Waiter());
      const staying = new Set<Waiter>();
      for (const { who, stays } of list) {
        const waiter = waiters[who] as Waiter;
        if (stays) {
          watchdog.watch(waiter);
          staying.add(waiter);
        } else {
          watchdog.release(waiter);
          staying.delete(waiter);
        }
      }
      await until(() => [...staying].every(({ lateTimes }) => lateTimes > 0), 'all that stayed are late');
      for (const waiter of waiters) assert.equal(waiter.lateTimes, staying.has(waiter) ? 1 : 0);
    }),
    { numRuns: 50 },
  );
});

test('whoever has come and gone is collected with the young objects, not kept until the old ones are', () => {
  setFlagsFromString('--expose-gc');
  const collect: (options: { type: 'minor' }) => void = runInNewContext('gc');
  const watchdog = new Watchdog(60_000);
  const kept = (): number => {
    const before = process.memoryUsage().heapUsed;
    const underWay: Watched[] = [new Waiter()];
    for (const waiter of underWay) watchdog.watch(waiter);
    // What outlives two collections is old, as after a quiet moment of a gateway.
    for (const _ of ['young', 'old']) collect({ type: 'minor' });
    for (let turn = 1; turn <= 20_000; turn += 1) {
      const waiter = Object.assign(new Waiter(), { load: new Array(100).fill(turn) });
      watchdog.watch(waiter);
      underWay.push(waiter);
      if (underWay.length === 12) for (const done of underWay.splice(0, 8)) watchdog.release(done);
      if (turn % 500 === 0) collect({ type: 'minor' });
    }
    for (const waiter of underWay) watchdog.release(waiter);
    return process.memoryUsage().heapUsed - before;
  };
  kept();
  // 20,000 of them hold some 16 MB.
  const bytes = kept();
  assert.ok(bytes < 2_000_000, `${bytes} bytes survived`);
});
