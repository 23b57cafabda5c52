import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest, suggestion } from '../../../src/core/nearest.ts';

test('an insert, a delete, a replacement and a swap of neighbours are one edit each', () => {
  assert.equal(editDistance('stage', 'stages'), 1);
  assert.equal(editDistance('stages', 'stage'), 1);
  assert.equal(editDistance('stage', 'stale'), 1);
  assert.equal(editDistance('satge', 'stage'), 1);
  assert.equal(editDistance('', 'abc'), 3);
});

test('the distance is the same in both directions, and 0 only between equal words', () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.equal(editDistance(a, b) === 0, a === b);
      assert.ok(editDistance(a, b) <= Math.max(a.length, b.length));
    }),
  );
});

test('the nearest name is found whatever its case and hyphens', () => {
  assert.equal(nearest('get', ['PUT', 'GET']), 'GET');
  assert.equal(nearest('rate_limit', ['authorize', 'rate-limit']), 'rate-limit');
  assert.equal(nearest('authorise', ['authenticate', 'authorize']), 'authorize');
});

test('a word that is far from every name has no nearest one', () => {
  assert.equal(nearest('kitchen', ['authenticate', 'authorize']), undefined);
  assert.equal(nearest('x', ['y']), undefined);
  assert.equal(nearest('x'.repeat(100_000), ['x']), undefined);
});

test('a suggestion is a question when a name is near, else a list of at most twelve', () => {
  assert.equal(suggestion('mdoe', ['mode']), '; did you mean "mode"?');
  assert.equal(suggestion('kitchen', ['a', 'b']), '; known are: a, b.');
  assert.equal(suggestion('kitchen', []), '; there are none.');
  const many = Array.from({ length: 13 }, (_, index) => `n${index}`);
  assert.match(suggestion('kitchen', many), /n11, …\.$/);
});
