import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLoopLag } from '../../../src/telemetry/event-loop-lag.ts';
import { Metrics } from '../../../src/telemetry/metrics.ts';

/** Milliseconds, more than two looks lie apart. */
const long = 250;

/** Holds up this process. */
const hold = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

const nextLook = (lag: EventLoopLag): Promise<number> =>
  new Promise((resolve) => {
    // The process would end: the timer of the lag keeps nobody awake.
    const awake = setInterval(() => undefined, 1000);
    const end = lag.watch((lateMs) => {
      clearInterval(awake);
      end();
      resolve(lateMs);
    });
  });

test('a turn that takes long is told to those who watch, and in one summary', async () => {
  const lag = new EventLoopLag();
  hold(long);
  const late = await nextLook(lag);
  // It became due while the process was held up.
  assert.ok(late >= long / 2, `${late} ms`);
  const told = lag.summary();
  assert.ok(Math.abs(told.max - late / 1000) < 0.01, JSON.stringify(told));
  assert.ok(
    told.min <= told.p50 && told.p50 <= told.p99 && told.p99 <= told.max + 0.01,
    JSON.stringify(told),
  );
  assert.deepEqual(Object.values(lag.summary()), [0, 0, 0, 0, 0, 0, 0, 0]);
});

test('a scrape tells the lag under the names that other programs give it', async () => {
  const metrics = new Metrics();
  hold(long);
  await nextLook(metrics.loopLag);
  const { body } = await metrics.scrape();
  const value = (name: string) =>
    Number(new RegExp(`^nodejs_eventloop_lag_${name} (\\S+)$`, 'm').exec(body)?.[1]);
  for (const name of ['seconds', 'max_seconds', 'p99_seconds', 'p50_seconds'])
    assert.ok(value(name) > 0.05, `${name}: ${value(name)}`);
  assert.ok(value('stddev_seconds') >= 0);
});
