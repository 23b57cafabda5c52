/** Memory stays where it is, whoever asks for whatever. `npm run soak` does the same with a million requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soakSettings } from '../soak/settings.ts';
import { soak } from '../soak/soak.ts';

test('tokens, projects, paths and headers that never came before leave nothing in memory or in /metrics', async (t) => {
  const { configFile, end } = await soakSettings();
  t.after(end);
  // As many as a loaded machine does in the time; a fast one does all.
  const { requests, heap, metrics, statuses } = await soak({ requests: 200_000, mostMs: 10_000, configFile });
  t.diagnostic(`${requests} requests, ${JSON.stringify({ heap, metrics, statuses })}`);
  // Fewer would not show a leak: each leaves some kilobytes if it leaves anything.
  assert.ok(requests > 1500, `${requests}`);
  const { 200: passed = 0, 400: refused = 0, 401: unknown = 0, ...others } = statuses;
  assert.ok(passed > requests / 3 && refused > requests / 5 && unknown > requests / 12);
  assert.deepEqual(others, {});
  const grown = heap[1] - heap[0];
  assert.ok(grown < 8_000_000, `the heap grew by ${grown} bytes`);
  assert.ok(Math.abs(metrics[1] - metrics[0]) < metrics[0] / 50, `${metrics}`);
});
