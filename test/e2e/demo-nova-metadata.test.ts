import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import type { DemoCallOptions } from '../support/demo-call.ts';
import { demoCall } from '../support/demo-call.ts';

/** The facts in this file were recorded on Nova 26.2.2 with Glance 25.1.0; the demo imitates them with `foldKeys: false`. */
let cloud: DemoCloud | undefined;
beforeEach(async () => {
  await cloud?.close();
  cloud = await startDemoCloud({ foldKeys: false });
});
after(() => cloud?.close());

const running = (): DemoCloud => cloud as DemoCloud;
const image = (): string => running().seed.images.protected;
const call = (method: string, path: string, options: DemoCallOptions = {}) =>
  demoCall(running().computeUrl, method, `/v2.1/images/${path}`, {
    token: running().seed.tokens.demo,
    ...options,
  });
const post = (body: unknown) => call('POST', `${image()}/metadata`, { body });
const current = async () => (await call('GET', `${image()}/metadata`)).json.metadata;
const unexpected = (name: string) =>
  `Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if possible.\n<class '${name}'>`;

test('POST merges, PUT replaces, and empty maps change nothing or empty everything', async () => {
  assert.deepEqual((await post({ metadata: { a: '1', auto_disk_config: 'True' } })).json, {
    metadata: { a: '1', auto_disk_config: 'True' },
  });
  assert.deepEqual((await post({ metadata: { a: '2', b: '3' } })).json, {
    metadata: { a: '2', auto_disk_config: 'True', b: '3' },
  });
  assert.deepEqual((await post({ metadata: {} })).json.metadata, {
    a: '2',
    auto_disk_config: 'True',
    b: '3',
  });
  const put = (metadata: unknown) => call('PUT', `${image()}/metadata`, { body: { metadata } });
  assert.deepEqual((await put({ c: '4' })).json, { metadata: { c: '4' } });
  assert.deepEqual(await current(), { c: '4' });
  assert.deepEqual((await put({})).json, { metadata: {} });
});

test('single keys are read, written and removed', async () => {
  const key = `${image()}/metadata/d`;
  const put = (body: unknown) => call('PUT', key, { body });
  assert.deepEqual((await put({ meta: { d: '5' } })).json, { meta: { d: '5' } });
  assert.deepEqual((await call('GET', key)).json, { meta: { d: '5' } });
  assert.equal((await put({ meta: { e: '5' } })).json.badRequest.message, 'Request body and URI mismatch');
  assert.equal(
    (await put({ meta: { d: '5', e: '5' } })).json.badRequest.message,
    "Invalid input for field/attribute meta. Value: {'d': '5', 'e': '5'}. {'d': '5', 'e': '5'} has too many properties",
  );
  const removed = await call('DELETE', key);
  assert.equal(removed.status, 204);
  assert.equal(removed.headers['content-type'], 'application/json');
  assert.equal((await call('DELETE', key)).json.itemNotFound.message, 'Invalid metadata key');
  assert.equal((await call('GET', key)).json.itemNotFound.message, 'The resource could not be found.');
});

test('keys keep their case, and one that differs only by case from any the image ever had is a 500', async () => {
  assert.deepEqual((await post({ metadata: { Category: 'x' } })).json, { metadata: { Category: 'x' } });
  const clash = await post({ metadata: { category: 'x' } });
  assert.equal(clash.status, 500);
  assert.equal(clash.json.computeFault.message, unexpected('glanceclient.exc.HTTPInternalServerError'));
  await call('DELETE', `${image()}/metadata/Category`);
  assert.equal((await post({ metadata: { category: 'x' } })).status, 500);
  assert.equal((await call('GET', `${image()}/metadata/CATEGORY`)).status, 404);
});

test('keys that name attributes of Glance are swallowed, refused, or break Nova', async () => {
  const swallowed =
    'name visibility owner min_ram min_disk id checksum os_hidden os_hash_algo disk_format container_format image_id remove_props';
  for (const key of swallowed.split(' ')) {
    assert.deepEqual((await post({ metadata: { [key]: 'x' } })).json, { metadata: {} }, key);
  }
  assert.deepEqual((await post({ metadata: { kernel_id: '', ramdisk_id: 'none' } })).json, { metadata: {} });
  for (const key of 'status direct_url created_at schema file deleted os_glance_x'.split(' ')) {
    const answer = await post({ metadata: { [key]: 'x' } });
    assert.equal(answer.json.forbidden.message, `Not authorized for image ${image()}.`, key);
  }
  for (const key of 'protected size virtual_size tags locations self kernel_id'.split(' ')) {
    const answer = await post({ metadata: { [key]: 'abc' } });
    assert.equal(answer.json.computeFault.message, unexpected('TypeError'), key);
  }
  const plain = { is_public: 'x', properties: 'x', architecture: 'zz', hw_disk_bus: 'nonsense' };
  assert.deepEqual((await post({ metadata: plain })).json, { metadata: plain });
});

test('a value of block_device_mapping that is no JSON poisons the image until Glance repairs it', async () => {
  assert.deepEqual((await post({ metadata: { mappings: '{}' } })).json, { metadata: { mappings: {} } });
  const poison = { metadata: { block_device_mapping: 'x' } };
  const message = unexpected('json.decoder.JSONDecodeError');
  assert.equal((await post(poison)).json.computeFault.message, message);
  const path = `${image()}/metadata`;
  for (const [method, target] of [
    ['GET', path],
    ['PUT', path],
    ['DELETE', `${path}/block_device_mapping`],
    ['GET', 'detail'],
  ] as const) {
    const body = method === 'PUT' ? { body: { metadata: {} } } : {};
    assert.equal(
      (await call(method, target, body)).json.computeFault.message,
      message,
      `${method} ${target}`,
    );
  }
  const repair = await demoCall(running().imageUrl, 'PATCH', `/v2/images/${image()}`, {
    token: running().seed.tokens.demo,
    body: [{ op: 'remove', path: '/block_device_mapping' }],
    headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
  });
  assert.equal(repair.status, 200);
  assert.deepEqual(await current(), { mappings: {} });
});

test('a metadata write turns a shared or community image private', async () => {
  const { shared, community, public: published } = running().seed.images;
  const visibility = async (id: string, token = running().seed.tokens.demo) =>
    (await demoCall(running().imageUrl, 'GET', `/v2/images/${id}`, { token })).json.visibility;
  for (const id of [shared, community]) {
    await call('POST', `${id}/metadata`, { body: { metadata: { a: '1' } } });
    assert.equal(await visibility(id), 'private');
  }
  const token = running().seed.tokens.admin;
  assert.equal(
    (await call('POST', `${published}/metadata`, { token, body: { metadata: { a: '1' } } })).status,
    200,
  );
  assert.equal(await visibility(published), 'public');
});

test('128 items are the most, counted after the merge', async () => {
  const items = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, '1']));
  assert.equal((await post({ metadata: { keep: '1' } })).status, 200);
  const over = await post({ metadata: items(128) });
  assert.equal(over.status, 403);
  assert.deepEqual(over.json, { forbidden: { code: 403, message: 'Image metadata limit exceeded' } });
  assert.equal(Object.keys((await post({ metadata: items(127) })).json.metadata).length, 128);
});

test('who may read and who may write', async () => {
  const { images, tokens } = running().seed;
  const status = async (method: string, id: string, token: string) =>
    (
      await call(method, `${id}/metadata`, {
        token,
        ...(method === 'POST' ? { body: { metadata: { p: '1' } } } : {}),
      })
    ).status;
  const table = [
    [images.protected, tokens.reader, 200, 200],
    [images.protected, tokens.member2, 200, 200],
    [images.protected, tokens.admin, 200, 200],
    [images.protected, tokens.gateway, 200, 200],
    [images.protected, tokens.validator, 404, 404],
    [images.protected, tokens.other, 404, 404],
    [images.other, tokens.demo, 404, 404],
    [images.public, tokens.demo, 200, 403],
    [images.queued, tokens.demo, 200, 200],
    [images.shared, tokens.member2, 200, 200],
    [images.community, tokens.other, 200, 403],
  ] as const;
  for (const [id, token, read, write] of table) {
    assert.deepEqual(
      [await status('GET', id, token), await status('POST', id, token)],
      [read, write],
      `${id} ${token}`,
    );
  }
});

test('a project that an image is shared with may read it and not write it', async () => {
  const { images, tokens } = running().seed;
  const token = tokens.other;
  assert.equal((await call('GET', `${images.shared}/metadata`, { token })).status, 200);
  const write = await call('POST', `${images.shared}/metadata`, { token, body: { metadata: { a: '1' } } });
  assert.deepEqual(write.json, {
    forbidden: { code: 403, message: `Not authorized for image ${images.shared}.` },
  });
});

test('images are listed, shown and deleted, the DISABLED one as MANUAL', async () => {
  const { images } = running().seed;
  const list = (await call('GET', 'detail')).json.images as { id: string; 'OS-DCF:diskConfig'?: string }[];
  const shown = new Map(list.map((one) => [one.id, one['OS-DCF:diskConfig']]));
  assert.equal(shown.get(images.ubuntu), 'AUTO');
  assert.equal(shown.get(images.disabled), 'MANUAL');
  assert.equal(shown.get(images.protected), undefined);
  assert.ok(shown.has(images.public) && !shown.has(images.other));
  const one = (await call('GET', images.ubuntu)).json.image;
  assert.equal(one.status, 'ACTIVE');
  assert.equal(one.links[0].href, `${running().computeUrl}/v2.1/images/${images.ubuntu}`);
  assert.equal(
    (await call('DELETE', images.protected)).json.forbidden.message,
    'You are not allowed to delete the image.',
  );
  assert.equal((await call('DELETE', images.shared)).status, 204);
  assert.equal((await call('GET', images.shared)).status, 404);
});
