import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway } from '../support/gateway.ts';

const { tokens, images, servers } = seedIds;

/** The request and the answer that the seed prints. */
const sample = {
  metadata: { Category: 'Webserver Retail Outlet project', Owner: 'John, Doe', Label: 'Updated' },
};
const sampleAnswer = {
  metadata: {
    'com.rackspace__1__options': '0',
    owner: 'John, Doe',
    base_image_ref: 'ffa476b1-9b14-46bd-99a8-862d1d94eb7a',
    // The seed prints another value, which its request does not send; this is the one that was sent.
    category: 'Webserver Retail Outlet project',
    os_distro: 'ubuntu',
    label: 'Updated',
    auto_disk_config: 'True',
    os_type: 'linux',
  },
};
const metadataOf = (url: string, image: string) => `${url}/v2/images/${image}/metadata`;

test('200 Success: the sample request with the sample token is answered with the sample body', async (t) => {
  const { url } = await startTestGateway(t);
  const answer = await call('POST', metadataOf(url, images.ubuntu), tokens.demo, sample);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, sampleAnswer);
  assert.match(answer.headers.get('via') ?? '', /images-gateway$/);
  assert.match(answer.headers.get('x-compute-request-id') ?? '', /^req-[0-9a-f-]{36}$/);
});

test('400 Error: a body that the schema does not allow is refused with a sentence, and nothing reaches the image', async (t) => {
  const { url, cloud } = await startTestGateway(t);
  const answer = await call('POST', metadataOf(url, images.ubuntu), tokens.demo, { metadata: { label: 1 } });
  assert.equal(answer.status, 400);
  assert.match(answer.message, /^\/metadata\/label: a value is a string/);
  assert.equal(cloud.requests.compute.total, 0);
});

test('400 Error: the value that users may not select is refused', async (t) => {
  const { url } = await startTestGateway(t);
  const answer = await call('POST', metadataOf(url, images.ubuntu), tokens.demo, {
    metadata: { auto_disk_config: 'DISABLED' },
  });
  assert.equal(answer.status, 400);
  assert.match(answer.message, /must be TRUE or FALSE/);
});

test('401 Unauthorized: no token, a wrong one and an expired one are refused, and told where to get one', async (t) => {
  const { url } = await startTestGateway(t);
  for (const token of [undefined, 'f'.repeat(32), tokens.expired]) {
    const answer = await call('POST', metadataOf(url, images.ubuntu), token, sample);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Keystone uri="http:/);
    assert.ok(answer.message.length > 10);
  }
});

test('403 Forbidden: a reader may not write, and DISABLED is not taken away by a user', async (t) => {
  const { url } = await startTestGateway(t);
  const reader = await call('POST', metadataOf(url, images.ubuntu), tokens.reader, sample);
  assert.equal(reader.status, 403);
  assert.match(reader.message, /member/);
  const removal = await call('DELETE', `${metadataOf(url, images.disabled)}/auto_disk_config`, tokens.demo);
  assert.equal(removal.status, 403);
  assert.match(removal.message, /DISABLED/);
});

test('404: an image that does not exist, or is not the caller’s, is answered in the words of the service behind', async (t) => {
  const { url } = await startTestGateway(t);
  for (const image of ['d42f821e-c2d1-4796-9f07-af5ed7912d0f', images.other]) {
    const answer = await call('POST', metadataOf(url, image), tokens.demo, sample);
    assert.equal(answer.status, 404);
    assert.equal(answer.message, 'Image not found.');
  }
});

test('405 Bad Method: a known path with another method names those that are allowed', async (t) => {
  const { url } = await startTestGateway(t);
  const answer = await call('PATCH', metadataOf(url, images.ubuntu), tokens.demo, sample);
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.get('allow'), 'GET, POST, PUT');
  assert.ok('badMethod' in (answer.body as object));
});

test('409 Conflicting Request: the key does not change while a server of the image is being resized', async (t) => {
  const { url } = await startTestGateway(t);
  const write = () =>
    call('POST', metadataOf(url, images.resizing), tokens.demo, { metadata: { auto_disk_config: 'FALSE' } });
  const refused = await write();
  assert.equal(refused.status, 409);
  assert.match(refused.message, new RegExp(`${servers.resized} VERIFY_RESIZE`));
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  const confirm = await call('POST', `${url}/v2/servers/${servers.resized}/action`, tokens.demo, {
    confirmResize: null,
  });
  assert.equal(confirm.status, 204);
});

test('413 Over Limit: too many items on the image are refused without a Retry-After', async (t) => {
  const { url } = await startTestGateway(t);
  const many = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`key${index}`, 'v']));
  const answer = await call('POST', metadataOf(url, images.ubuntu), tokens.demo, { metadata: many });
  assert.equal(answer.status, 413);
  assert.ok('overLimit' in (answer.body as object));
  assert.equal(answer.headers.get('retry-after'), null);
});

test('413 Over Limit: the caller’s own rate limit is refused with a Retry-After', async (t) => {
  const { url } = await startTestGateway(t);
  const write = () => call('POST', metadataOf(url, images.ubuntu), tokens.demo, { metadata: { label: 'n' } });
  for (let count = 0; count < 20; count++) assert.equal((await write()).status, 200);
  const over = await write();
  assert.equal(over.status, 413);
  assert.ok(Number(over.headers.get('retry-after')) >= 1);
  assert.match(over.message, /20/);
});

test('500 API Fault: the service’s own failure comes through as it is', async (t) => {
  const fault = { computeFault: { code: 500, message: 'The server has either erred or is incapable.' } };
  const failing = createServer((_req, res) => {
    res.writeHead(500, { 'content-type': 'application/json', 'x-compute-request-id': 'req-of-nova' });
    res.end(JSON.stringify(fault));
  });
  await once(failing.listen(0, '127.0.0.1'), 'listening');
  t.after(() => failing.close());
  const url = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
  const compute = { url, api: '/v2', timeoutMs: 5000, connections: 4 };
  const gateway = await startTestGateway(t, { config: { upstreams: { compute, image: compute } } });
  const answer = await call('GET', metadataOf(gateway.url, images.ubuntu), tokens.demo);
  assert.equal(answer.status, 500);
  assert.deepEqual(answer.body, fault);
  assert.equal(answer.headers.get('x-compute-request-id'), 'req-of-nova');
});

test('503 Service Unavailable: with the identity service gone, unknown callers are told to come back', async (t) => {
  const { url, cloud } = await startTestGateway(t);
  await cloud.close();
  const answer = await call('POST', metadataOf(url, images.ubuntu), tokens.demo, sample);
  assert.equal(answer.status, 503);
  assert.ok('serviceUnavailable' in (answer.body as object));
  assert.ok(Number(answer.headers.get('retry-after')) >= 1);
});
