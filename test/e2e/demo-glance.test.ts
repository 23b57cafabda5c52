import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import type { DemoCallOptions } from '../support/demo-call.ts';
import { demoCall } from '../support/demo-call.ts';

let cloud: DemoCloud | undefined;
beforeEach(async () => {
  await cloud?.close();
  cloud = await startDemoCloud();
});
after(() => cloud?.close());

const running = (): DemoCloud => cloud as DemoCloud;
const call = (method: string, path: string, options: DemoCallOptions = {}) =>
  demoCall(running().imageUrl, method, `/v2/images${path}`, {
    token: running().seed.tokens.demo,
    ...options,
  });

test('an image is made, filled, read and removed', async () => {
  const made = await call('POST', '', {
    body: { name: 'n', container_format: 'bare', disk_format: 'raw', os_distro: 'x' },
  });
  assert.equal(made.status, 201);
  const { id } = made.json;
  assert.equal(made.headers.location, `${running().imageUrl}/v2/images/${id}`);
  assert.deepEqual(
    [made.json.status, made.json.visibility, made.json.owner, made.json.size, made.json.os_distro],
    ['queued', 'shared', running().seed.projects.demo, null, 'x'],
  );
  assert.equal((await call('GET', `/${id}/file`)).status, 204);
  const octets = { 'content-type': 'application/octet-stream' };
  const upload = await call('PUT', `/${id}/file`, {
    body: 'x'.repeat(200_000),
    headers: octets,
    chunked: true,
  });
  assert.equal(upload.status, 204);
  const file = await call('GET', `/${id}/file`);
  assert.equal(file.text.length, 200_000);
  const shown = (await call('GET', `/${id}`)).json;
  assert.deepEqual(
    [shown.status, shown.size, shown.checksum],
    ['active', 200_000, file.headers['content-md5']],
  );
  assert.equal((await call('PUT', `/${id}/file`, { body: 'x', headers: octets })).status, 409);
  assert.equal((await call('DELETE', `/${id}`)).status, 204);
  assert.equal((await call('GET', `/${id}`)).status, 404);
});

test('uploads need the octet-stream type', async () => {
  const answer = await call('PUT', `/${running().seed.images.queued}/file`, { body: 'x' });
  assert.equal(answer.status, 415);
});

test('what a creation may not say', async () => {
  const status = async (body: unknown) => (await call('POST', '', { body })).status;
  assert.equal(await status({ self: 'x' }), 403);
  assert.equal(await status({ os_glance_x: 'x' }), 403);
  assert.equal(await status({ visibility: 'public' }), 403);
  assert.equal(await status({ owner: running().seed.projects.other }), 403);
  assert.equal(await status({ os_type: 1 }), 400);
  assert.equal(await status({ visibility: 'secret' }), 400);
  assert.equal(await status({ id: 'x' }), 400);
  assert.equal(await status({ id: running().seed.images.ubuntu }), 409);
  assert.equal(await status([]), 400);
  assert.equal(await status('{'), 400);
  assert.equal(await status(Object.fromEntries(Array.from({ length: 129 }, (_, at) => [`k${at}`, '']))), 413);
});

test('lists show what the caller may see, filtered and in pages', async () => {
  const { images, tokens } = running().seed;
  const idsOf = async (query: string, token?: string) =>
    (await call('GET', query, token ? { token } : {})).json.images.map((image: { id: string }) => image.id);
  const own = await idsOf('');
  assert.ok(own.includes(images.public) && own.includes(images.community) && !own.includes(images.other));
  const others = await idsOf('', tokens.other);
  assert.deepEqual(others.sort(), [images.public, images.shared, images.other].sort());
  assert.deepEqual(await idsOf('?auto_disk_config=DISABLED'), [images.disabled]);
  assert.deepEqual(await idsOf('?name=public-base'), [images.public]);
  assert.deepEqual(await idsOf('?visibility=community', tokens.other), [images.community]);
  const seen: string[] = [];
  let path: string | undefined = '/v2/images?limit=3';
  while (path) {
    const page = await demoCall(running().imageUrl, 'GET', path, { token: tokens.demo });
    seen.push(...page.json.images.map((image: { id: string }) => image.id));
    path = page.json.next;
  }
  assert.deepEqual(seen.sort(), own.sort());
  assert.equal((await call('GET', '?limit=x')).status, 400);
  assert.equal((await call('GET', '?marker=x')).status, 400);
});

test('errors are pages: HTML for those who take anything, plain text without Accept, JSON when asked', async () => {
  const path = '/00000000-0000-4000-8000-00000000dead';
  const message = 'No image found with ID 00000000-0000-4000-8000-00000000dead';
  const html = await call('GET', path, { headers: { accept: '*/*' } });
  assert.match(html.text, new RegExp(`<h1>404 Not Found</h1>\\s+${message}<br`));
  const plain = await call('GET', path);
  assert.equal(plain.text, `404 Not Found\n\n${message}\n\n   `);
  const json = await call('GET', path, { headers: { accept: 'application/json' } });
  assert.deepEqual([json.json.code, json.json.title], ['404 Not Found', 'Not Found']);
});

test('who may delete', async () => {
  const { images, tokens } = running().seed;
  assert.equal((await call('DELETE', `/${images.protected}`)).status, 403);
  assert.equal((await call('DELETE', `/${images.public}`)).status, 403);
  assert.equal((await call('DELETE', `/${images.other}`)).status, 404);
  assert.equal((await call('DELETE', `/${images.public}`, { token: tokens.admin })).status, 204);
});

test('without a token it is the middleware that answers', async () => {
  const answer = await demoCall(running().imageUrl, 'GET', '/v2/images');
  assert.equal(answer.status, 401);
  assert.equal(answer.headers['www-authenticate'], `Keystone uri="${running().identityUrl}"`);
  assert.equal((await demoCall(running().imageUrl, 'GET', '/')).status, 300);
  assert.equal((await demoCall(running().imageUrl, 'GET', '/versions')).status, 200);
});

test('other ways to the same image: minor versions, the Accept header, encoded slashes, upper case, _method', async () => {
  const { ubuntu } = running().seed.images;
  const token = running().seed.tokens.demo;
  const get = async (target: string, headers: Record<string, string> = {}) =>
    (await demoCall(running().imageUrl, 'GET', target, { token, headers })).json?.id;
  for (const target of [
    `/v2.5/images/${ubuntu}`,
    `//v2//images/${ubuntu}`,
    `/v2/images%2f${ubuntu}`,
    `/v2/images/x/../${ubuntu}`,
    `/v2/images/${ubuntu.toUpperCase()}`,
  ]) {
    assert.equal(await get(target), ubuntu, target);
  }
  assert.equal(await get(`/images/${ubuntu}`, { accept: 'application/vnd.openstack.images-v2' }), ubuntu);
  assert.equal((await demoCall(running().imageUrl, 'POST', `/v2/images/${ubuntu}`, { token })).status, 405);
  const gone = await demoCall(running().imageUrl, 'GET', `/v2/images/${ubuntu}?_method=DELETE`, { token });
  assert.equal(gone.status, 204);
});
