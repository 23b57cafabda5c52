/** Spans, when the operator has loaded a tracing SDK. The recorder is registered for the whole process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { type RecordedSpan, recordSpans } from '../support/tracer.ts';

const spans = recordSpans();
const { tokens, images } = seedIds;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };

const named = (name: string): RecordedSpan => {
  const span = spans.findLast((candidate) => candidate.name === name);
  assert.ok(span !== undefined, `no span ${name} among ${spans.map((one) => one.name).join(', ')}`);
  return span;
};

test('a request is one trace: the client, the request, its stages and the upstream', async (t) => {
  const gateway = await startTestGateway(t);
  const url = `${gateway.url}/v2/images/${images.ubuntu}/metadata`;
  await call('POST', url, tokens.demo, { metadata: { label: 'x' } }, headers);
  const request = named('POST image-metadata-write');
  assert.equal(request.traceId, traceId);
  assert.equal(request.parentId, '00f067aa0ba902b7');
  assert.equal(request.attributes['http.response.status_code'], 200);
  for (const name of ['stage authenticate', 'stage disk-config-guard', 'upstream compute'])
    assert.equal(named(name).parentId, request.spanId, name);
  const sent = gateway.cloud.requests.compute.recent.at(-1)?.headers['traceparent'];
  assert.equal(sent, `00-${traceId}-${named('upstream compute').spanId}-01`);
  assert.ok(spans.every(({ ended }) => ended));
});

test('a refusal names its fault, and is no error of ours', async (t) => {
  const gateway = await startTestGateway(t);
  const url = `${gateway.url}/v2/images/${images.ubuntu}/metadata`;
  await call('POST', url, tokens.demo, { metadata: { label: 1 } }, headers);
  const request = named('POST image-metadata-write');
  assert.equal(request.attributes['images_gateway.fault'], 'metadata-schema/invalid');
  assert.equal(request.status, undefined);
  assert.equal(named('stage metadata-schema').attributes['images_gateway.verdict'], 'deny');
});

test('nothing in a span is a token or a value', async (t) => {
  const gateway = await startTestGateway(t);
  const url = `${gateway.url}/v2/images/${images.ubuntu}/metadata`;
  await call('POST', url, tokens.demo, { metadata: { label: 'very-private' } }, headers);
  assert.doesNotMatch(JSON.stringify(spans), new RegExp(`${tokens.demo}|very-private`));
});
