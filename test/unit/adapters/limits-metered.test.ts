import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLimits } from '../../../src/adapters/limits-memory.ts';
import { meteredLimits } from '../../../src/adapters/limits-metered.ts';
import { chargeOf, limitOf } from '../../support/limits.ts';
import { recordingMeters } from '../../support/recording.ts';

const metered = () => {
  const meters = recordingMeters();
  let now = 0;
  const limits = meteredLimits(createMemoryLimits(), meters, () => now);
  return {
    limits,
    requests: (limit: string, result: string, mode = 'enforce') =>
      meters.value('images_gateway_ratelimit_requests_total', { limit, mode, result }),
    near: (limit: string) => meters.value('images_gateway_ratelimit_near_limit_total', { limit }),
    tick: (ms: number) => {
      now += ms;
    },
  };
};

test('requests are counted by limit and by what came of them, and those that leave a fifth or less are near', async () => {
  const { limits, requests, near } = metered();
  const limit = limitOf({ points: 10 });
  for (let turn = 0; turn < 12; turn += 1) await limits.consume([chargeOf(limit)]);
  assert.deepEqual([requests('writes', 'within'), requests('writes', 'over'), near('writes')], [10, 2, 3]);
});

test('a limit in flag mode is counted under its mode', async () => {
  const { limits, requests } = metered();
  const limit = limitOf({ points: 1, mode: 'flag' });
  for (let turn = 0; turn < 3; turn += 1) await limits.consume([chargeOf(limit)]);
  assert.equal(requests('writes', 'over', 'flag'), 2);
});

test('looking is not counted', async () => {
  const { limits, requests } = metered();
  await limits.peek([chargeOf(limitOf())]);
  assert.equal(requests('writes', 'within'), 0);
});

test('operators see who presses on which limit, the most refused first, until the window ends', async () => {
  const { limits, tick } = metered();
  const limit = limitOf({ points: 5 });
  const ask = async (party: string, times: number): Promise<void> => {
    for (let turn = 0; turn < times; turn += 1) await limits.consume([chargeOf(limit, party)]);
  };
  await ask('project:calm', 2);
  await ask('project:near', 4);
  await ask('project:over', 8);
  assert.deepEqual(
    limits.pressure().map(({ party, used, points, refused }) => ({ party, used, points, refused })),
    [
      { party: 'project:over', used: 5, points: 5, refused: 3 },
      { party: 'project:near', used: 4, points: 5, refused: 0 },
    ],
  );
  tick(61_000);
  assert.deepEqual(limits.pressure(), []);
});

test('however many parties press, the list is bounded and keeps those that are refused most', async () => {
  const { limits } = metered();
  const limit = limitOf({ points: 1 });
  for (let turn = 0; turn < 5; turn += 1) await limits.consume([chargeOf(limit, 'project:worst')]);
  for (let index = 0; index < 1000; index += 1) await limits.consume([chargeOf(limit, `project:${index}`)]);
  assert.equal(limits.pressure().length, 200);
  assert.equal(limits.pressure()[0]?.party, 'project:worst');
});

test('a reset takes the party off the list', async () => {
  const { limits } = metered();
  const limit = limitOf({ points: 1 });
  await limits.consume([chargeOf(limit, 'project:a')]);
  assert.equal(await limits.reset('project:a'), 1);
  assert.deepEqual(limits.pressure(), []);
});
