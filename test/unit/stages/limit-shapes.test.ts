import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LimitShape, limitRefusal } from '../../../src/stages/limit-shapes.ts';
import { limitOf } from '../../support/limits.ts';

const noon = Date.UTC(2026, 10, 23, 12);
const writes = limitOf({ points: 1, methods: ['POST', 'PUT'], routes: ['images'], every: 10 });

const shapes: readonly (readonly [
  string,
  LimitShape,
  ReturnType<typeof limitOf> | undefined,
  string,
  object,
])[] = [
  [
    'of Repose has the moment as retryAfter and as retryAt',
    'repose',
    writes,
    'Over the limit of 1 write per 10 minutes for this project. Retry after 60 seconds.',
    { retryAfter: '2026-11-23T12:01:00Z', retryAt: '2026-11-23T12:01:00Z' },
  ],
  [
    'of Rackspace has it as retryAt',
    'rackspace',
    writes,
    'Over the limit of 1 write per 10 minutes for this project. Retry after 60 seconds.',
    { retryAt: '2026-11-23T12:01:00Z' },
  ],
  [
    'of Nova has its two sentences and the seconds as a text, and goes on in words that people see',
    'nova',
    writes,
    'This request was rate-limited. Over the limit of 1 write per 10 minutes for this project. Retry after 60 seconds.',
    { details: 'Only 1 POST,PUT request(s) can be made to images every 10 minutes.', retryAfter: '60' },
  ],
  [
    'of Nova for any method on all routes says ALL and *',
    'nova',
    limitOf({ points: 1 }),
    'This request was rate-limited. Over the limit of 1 request per minute for this project. Retry after 60 seconds.',
    { details: 'Only 1 ALL request(s) can be made to * every minute.', retryAfter: '60' },
  ],
  [
    'of Nova for the whole service, which Nova did not limit, has the seconds',
    'nova',
    limitOf({ points: 1, key: 'global' }),
    'The service is at its limit of 1 request per minute for all callers together. Retry after 60 seconds.',
    { retryAfter: '60' },
  ],
  [
    'of Nova names no limit where none can be checked',
    'nova',
    undefined,
    'The limits cannot be checked at the moment. Retry after 60 seconds.',
    { retryAfter: '60' },
  ],
];

for (const [name, shape, limit, message, members] of shapes)
  test(`the fault in the shape ${name}`, () => {
    const refusal = limitRefusal(limit, 60, { shape, retryAfter: 'seconds' }, noon);
    assert.deepEqual(refusal, { message, members });
  });

test('the wait as a date is never earlier than the wait in seconds', () => {
  const { headers, members } = limitRefusal(
    writes,
    2,
    { shape: 'repose', retryAfter: 'http-date' },
    noon + 1,
  );
  assert.deepEqual(headers, { 'retry-after': 'Mon, 23 Nov 2026 12:00:03 GMT' });
  assert.equal(members['retryAt'], '2026-11-23T12:00:03Z');
});
