import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDrawn } from '../../../src/pipeline/sampling.ts';

test('of many decisions, about one in n is drawn', () => {
  const ids = fc.sample(fc.uuid({ version: 4 }), { numRuns: 4000, seed: 1 });
  for (const rate of [2, 3, 10]) {
    const drawn = ids.filter((id) => isDrawn(id, rate)).length;
    assert.ok(Math.abs(drawn - 4000 / rate) < 200, `${drawn} of 4000 at ${rate}`);
  }
});

test('the same decision is drawn each time, and every one at rate 1', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1, max: 1_000_000 }), (id, rate) => {
      assert.equal(isDrawn(id, rate), isDrawn(id, rate));
      assert.ok(isDrawn(id, 1));
    }),
  );
});
