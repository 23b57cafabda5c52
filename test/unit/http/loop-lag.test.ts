import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Shedding } from '../../../src/http/loop-lag.ts';

/** Of so many requests, how many are turned away. */
const shed = (shedding: Shedding, requests = 1000): number => {
  let count = 0;
  for (let n = 0; n < requests; n++) if (shedding.next()) count++;
  return count;
};

test('nobody is turned away while turns come in time', () => {
  const shedding = new Shedding(100);
  for (let n = 0; n < 50; n++) shedding.turn(n % 100);
  assert.equal(shed(shedding), 0);
});

test('one long stop, as of a policy that is loaded, turns nobody away', () => {
  const shedding = new Shedding(100);
  shedding.turn(5000);
  assert.equal(shed(shedding), 0);
  shedding.turn(1);
  shedding.turn(5000);
  assert.equal(shed(shedding), 0);
});

test('lasting lag turns away more and more, evenly, but never everybody', () => {
  const shedding = new Shedding(100);
  shedding.turn(200);
  shedding.turn(200);
  assert.deepEqual([shed(shedding, 4), shed(shedding, 4), shed(shedding)], [1, 1, 250]);
  for (let n = 0; n < 100; n++) shedding.turn(200);
  assert.ok(Math.abs(shed(shedding) - 900) <= 1);
});

test('when the lag is over, all are served again', () => {
  const shedding = new Shedding(100);
  for (let n = 0; n < 10; n++) shedding.turn(200);
  for (let n = 0; n < 10; n++) shedding.turn(10);
  assert.equal(shed(shedding), 0);
  assert.equal(shedding.share, 0);
});

test('whatever the lag does, the share stays between nothing and nine tenths, and is kept to', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }), (lags) => {
      const shedding = new Shedding(100);
      for (const lag of lags) {
        shedding.turn(lag);
        assert.ok(shedding.share >= 0 && shedding.share <= 0.9);
        assert.ok(Math.abs(shed(shedding, 100) - shedding.share * 100) <= 1.001);
      }
    }),
  );
});
