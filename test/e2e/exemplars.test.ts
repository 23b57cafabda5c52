/** From a slow bucket to a trace of it: exemplars in OpenMetrics, read by a real Prometheus. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { promtool, startPrometheus } from '../support/prometheus.ts';
import { until } from '../support/until.ts';

const traced = '4bf92f3577b34da6a3ce929d0e0e4736';
const untraced = '0af7651916cd43dd8448eb211c80319c';
const family = 'images_gateway_http_request_duration_seconds';

const ask = (gateway: TestGateway, headers: Record<string, string> = {}) =>
  call('GET', `${gateway.url}/v2/images`, seedIds.tokens.demo, undefined, headers);

const scrape = async (gateway: TestGateway, accept?: string) => {
  const headers = accept === undefined ? {} : { accept };
  const response = await fetch(`${gateway.adminUrl}/metrics`, { headers });
  return { type: response.headers.get('content-type') ?? '', text: await response.text() };
};

test('Prometheus finds the trace of a request behind the bucket that it fell into', async (t) => {
  const gateway = await startTestGateway(t);
  const prometheus = await startPrometheus(t, [new URL(gateway.adminUrl).host]);
  await ask(gateway, { traceparent: `00-${traced}-00f067aa0ba902b7-01` });
  await ask(gateway, { traceparent: `00-${untraced}-00f067aa0ba902b7-00` });
  await ask(gateway);
  const found = () => prometheus.exemplars(`${family}_bucket`);
  await until(async () => (await found()).length > 0, 'an exemplar is stored', 20_000);
  assert.deepEqual(
    (await found()).map(({ labels }) => labels.trace_id),
    [traced],
    'only of traces that somebody records',
  );
});

test('who asks for OpenMetrics gets it, with exemplars on buckets of the request time alone', async (t) => {
  const gateway = await startTestGateway(t);
  await ask(gateway, { traceparent: `00-${traced}-00f067aa0ba902b7-01` });
  const { type, text } = await scrape(gateway, 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
  assert.equal(type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.ok(text.endsWith('\n# EOF\n'));
  assert.match(text, /^# TYPE images_gateway_http_requests counter$/m);
  assert.match(text, /^images_gateway_http_requests_total\{.*\} 1$/m);
  const examples = text.split('\n').filter((line) => line.includes(' # {'));
  assert.equal(examples.length, 1);
  const shape = new RegExp(
    `^${family}_bucket\\{.*le="[0-9.]+".*\\} 1 # \\{trace_id="${traced}"\\} [0-9.]+ [0-9.]+$`,
  );
  assert.match(examples[0] ?? '', shape);
});

test('everybody else gets the text format as before, without exemplars', async (t) => {
  const gateway = await startTestGateway(t);
  await ask(gateway, { traceparent: `00-${traced}-00f067aa0ba902b7-01` });
  for (const accept of [undefined, '*/*', 'text/plain;version=0.0.4', 'application/openmetrics-text;q=0']) {
    const { type, text } = await scrape(gateway, accept);
    assert.match(type, /^text\/plain; version=0\.0\.4/);
    assert.ok(!text.includes(traced));
    assert.equal(await promtool(['check', 'metrics'], text), '');
  }
});

test('both formats have the same series', async (t) => {
  const gateway = await startTestGateway(t);
  await ask(gateway);
  const seriesOf = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('images_gateway_'))
      .map((line) => line.split(' ')[0])
      .sort();
  const open = await scrape(gateway, 'application/openmetrics-text');
  assert.deepEqual(seriesOf(open.text), seriesOf((await scrape(gateway)).text));
});
