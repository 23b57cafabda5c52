import assert from 'node:assert/strict';
import { PerformanceObserver } from 'node:perf_hooks';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { Metrics, scrapeOf } from '../../../src/telemetry/metrics.ts';

const ours = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.includes('images_gateway_test'))
    .sort();

test('a histogram prints the same text as one of prom-client', async () => {
  const spec = { name: 'images_gateway_test_seconds', help: 'Help.', labels: ['route'] } as const;
  const buckets = [0.001, 0.01, 0.1, 1];
  const values = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.double({ min: 0, max: 3, noNaN: true })));
  await fc.assert(
    fc.asyncProperty(values, async (observed) => {
      const metrics = new Metrics();
      const plain = metrics.histogram({ ...spec, buckets });
      const register = new Registry();
      const theirs = new Histogram({
        name: spec.name,
        help: spec.help,
        labelNames: ['route'],
        buckets,
        registers: [register],
      });
      for (const route of ['a', 'b']) {
        plain.at({ route });
        theirs.zero({ route });
      }
      for (const [route, value] of observed) {
        plain.at({ route }).observe(value);
        theirs.observe({ route }, value);
      }
      assert.deepEqual(ours((await metrics.scrape()).body), ours(await register.metrics()));
    }),
    { numRuns: 30 },
  );
});

test('counters are told as they stand at each scrape, from 0 on', async () => {
  const metrics = new Metrics();
  const family = metrics.counter({ name: 'images_gateway_test_total', help: 'Help.', labels: ['kind'] });
  const series = family.at({ kind: 'a' });
  assert.ok((await metrics.scrape()).body.includes('images_gateway_test_total{kind="a"} 0'));
  series.inc();
  family.at({ kind: 'a' }).inc(2);
  for (const _ of [1, 2])
    assert.ok((await metrics.scrape()).body.includes('images_gateway_test_total{kind="a"} 3'));
});

test('several processes keep the newest exemplar of each bucket', async () => {
  const spec = { name: 'images_gateway_test_seconds', help: 'Help.', labels: [], buckets: [1] } as const;
  const reports = await Promise.all(
    [10, 20].map(async (at) => {
      const metrics = new Metrics();
      metrics
        .histogram(spec)
        .at({})
        .observe(0.5, { traceId: `${at}`.padStart(32, '0'), at });
      // Reports of workers come as JSON.
      return JSON.parse(JSON.stringify(await metrics.report()));
    }),
  );
  const { body } = await scrapeOf(reports, true);
  const line = `images_gateway_test_seconds_bucket{le="1"} 2 # {trace_id="${'20'.padStart(32, '0')}"} 0.5 20`;
  assert.ok(body.split('\n').includes(line));
});

test("buckets without an exemplar, as prom-client's own come from a worker, break no scrape", async () => {
  const metrics = new Metrics();
  // Node tells of a collection in a later turn.
  const { promise: collected, resolve } = Promise.withResolvers<void>();
  const observer = new PerformanceObserver(() => resolve());
  observer.observe({ entryTypes: ['gc'] });
  for (let kept: unknown[] = [], turn = 0; turn < 200; turn += 1) kept = [kept.length, new Array(100_000)];
  await collected;
  observer.disconnect();
  const report = JSON.parse(JSON.stringify(await metrics.report()));
  const { body } = await scrapeOf([report, report], true);
  assert.match(body, /nodejs_gc_duration_seconds_bucket\{/);
  assert.ok(body.endsWith('# EOF\n'));
});
