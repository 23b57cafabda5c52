/** W3C Trace Context through the gateway, where nobody records spans. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const { tokens, images } = seedIds;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';

const rows: readonly [string, Record<string, string>, RegExp, string | undefined][] = [
  [
    'goes on',
    { traceparent: `00-${traceId}-${parentId}-01` },
    new RegExp(`^00-${traceId}-.{16}-01$`),
    undefined,
  ],
  [
    'goes on with its state',
    { traceparent: `00-${traceId}-${parentId}-00`, tracestate: 'a=1,b=2' },
    new RegExp(`^00-${traceId}-.{16}-00$`),
    'a=1,b=2',
  ],
  [
    'of a later version goes on as ours',
    { traceparent: `01-${traceId}-${parentId}-01-more` },
    new RegExp(`^00-${traceId}-.{16}-01$`),
    undefined,
  ],
  ['begins when there is none', {}, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/, undefined],
  [
    'begins anew when it is broken, without the state',
    { traceparent: `00-${'0'.repeat(32)}-${parentId}-01`, tracestate: 'a=1' },
    /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-00$/,
    undefined,
  ],
];

for (const [name, headers, expected, state] of rows) {
  test(`a trace ${name}`, async (t) => {
    const gateway = await startTestGateway(t);
    const url = `${gateway.url}/v2/images/${images.ubuntu}/metadata`;
    const { status } = await call('GET', url, tokens.demo, undefined, headers);
    assert.equal(status, 200);
    const sent = gateway.cloud.requests.compute.recent.at(-1)?.headers ?? {};
    const traceparent = String(sent['traceparent']);
    assert.match(traceparent, expected);
    assert.equal(traceparent.split('-')[2] === parentId, false, 'we are the parent of what follows');
    assert.equal(sent['tracestate'], state);
    const line = () => gateway.lines.find(({ kind }) => kind === 'access');
    await until(() => line() !== undefined, 'the access line');
    assert.equal(line()?.['trace_id'], traceparent.split('-')[1]);
  });
}
