import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { demoCall } from '../support/demo-call.ts';

/** Life of servers as recorded on Nova 26.2.2, with a clock that only moves when a test says so. */
let cloud: DemoCloud | undefined;
let now = 0;
beforeEach(async () => {
  await cloud?.close();
  now = Date.parse('2026-11-23T14:00:00Z');
  cloud = await startDemoCloud({ now: () => now, resizeMs: 1000 });
});
after(() => cloud?.close());

const running = (): DemoCloud => cloud as DemoCloud;
const call = (method: string, path: string, body?: unknown, token: string = running().seed.tokens.demo) =>
  demoCall(running().computeUrl, method, `/v2.1/${path}`, { token, ...(body === undefined ? {} : { body }) });
const act = (id: string, body: unknown, token?: string) => call('POST', `servers/${id}/action`, body, token);
const show = async (id: string) => (await call('GET', `servers/${id}`)).json.server;
const state = async (id: string) => {
  const server = await show(id);
  return [
    server.status,
    server['OS-EXT-STS:task_state'],
    server['OS-EXT-STS:vm_state'],
    server['OS-DCF:diskConfig'],
  ];
};
const create = async (imageRef: string, more: object = {}) =>
  call('POST', 'servers', { server: { name: 's', imageRef, flavorRef: '1', ...more } });

test('a resize goes through its task states, waits, and is confirmed', async () => {
  const { web } = running().seed.servers;
  const answer = await act(web, { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'AUTO' } });
  assert.deepEqual([answer.status, answer.text], [202, '']);
  for (const [at, task] of [
    [0, 'resize_prep'],
    [250, 'resize_migrating'],
    [500, 'resize_migrated'],
    [750, 'resize_finish'],
    [999, 'resize_finish'],
  ] as const) {
    now = Date.parse('2026-11-23T14:00:00Z') + at;
    assert.deepEqual(await state(web), ['RESIZE', task, 'active', 'AUTO']);
  }
  now += 1;
  assert.deepEqual(await state(web), ['VERIFY_RESIZE', null, 'resized', 'AUTO']);
  const waiting = await show(web);
  assert.deepEqual([waiting.flavor.id, waiting.updated], ['2', '2026-11-23T14:00:01Z']);
  assert.equal((await act(web, { confirmResize: null })).status, 204);
  assert.deepEqual(await state(web), ['ACTIVE', null, 'active', 'AUTO']);
});

test('a revert takes its time, brings the flavor back, and not the disk config', async () => {
  const { web } = running().seed.servers;
  assert.equal((await show(web))['OS-DCF:diskConfig'], 'AUTO');
  await act(web, { resize: { flavorRef: '2' } });
  assert.equal((await show(web))['OS-DCF:diskConfig'], 'MANUAL');
  now += 1000;
  assert.equal((await act(web, { revertResize: null })).status, 202);
  assert.deepEqual(await state(web), ['REVERT_RESIZE', 'resize_reverting', 'resized', 'MANUAL']);
  now += 1000;
  assert.deepEqual(await state(web), ['ACTIVE', null, 'active', 'MANUAL']);
  assert.equal((await show(web)).flavor.id, '1');
});

test('with resizeMs 0 a resize and a revert take no time', async (t) => {
  const quick = await startDemoCloud({ resizeMs: 0 });
  t.after(() => quick.close());
  const { tokens, servers } = quick.seed;
  const run = (body: unknown) =>
    demoCall(quick.computeUrl, 'POST', `/v2/servers/${servers.web}/action`, { token: tokens.demo, body });
  const status = async () =>
    (await demoCall(quick.computeUrl, 'GET', `/servers/${servers.web}`, { token: tokens.demo })).json.server
      .status;
  await run({ resize: { flavorRef: '2' } });
  assert.equal(await status(), 'VERIFY_RESIZE');
  await run({ revertResize: null });
  assert.equal(await status(), 'ACTIVE');
});

test('a stopped server is resized too and stops again; an admin migrates, a member does not', async () => {
  const { web } = running().seed.servers;
  await act(web, { 'os-stop': null });
  assert.deepEqual((await state(web)).slice(0, 3), ['SHUTOFF', null, 'stopped']);
  const refused = await act(web, { migrate: null });
  assert.equal(
    refused.json.forbidden.message,
    "Policy doesn't allow os_compute_api:os-migrate-server:migrate to be performed.",
  );
  assert.equal((await act(web, { migrate: null }, running().seed.tokens.admin)).status, 202);
  assert.deepEqual((await state(web)).slice(0, 3), ['RESIZE', 'resize_prep', 'stopped']);
  now += 1000;
  await act(web, { confirmResize: null });
  assert.equal((await show(web)).status, 'SHUTOFF');
});

test('actions at the wrong time are 409 and say why', async () => {
  const { web, resized } = running().seed.servers;
  const why = async (id: string, body: unknown) => (await act(id, body)).json.conflictingRequest.message;
  const text = (name: string, id: string, what: string) =>
    `Cannot '${name}' instance ${id} while it is in ${what}`;
  const resize = { resize: { flavorRef: '3' } };
  assert.equal(await why(resized, resize), text('resize', resized, 'vm_state resized'));
  const rebuild = { rebuild: { imageRef: running().seed.images.ubuntu } };
  assert.equal(await why(resized, rebuild), text('rebuild', resized, 'vm_state resized'));
  assert.equal(await why(web, { confirmResize: null }), text('confirmResize', web, 'vm_state active'));
  await act(web, resize);
  assert.equal(await why(web, resize), text('resize', web, 'task_state resize_prep'));
});

test('bad actions are 400 in the words of Nova', async () => {
  const { web } = running().seed.servers;
  const why = async (body: unknown) => (await act(web, body)).json.badRequest.message;
  assert.equal(await why({ resize: { flavorRef: '99' } }), 'Flavor 99 could not be found.');
  assert.equal(await why({ resize: { flavorRef: '1' } }), 'When resizing, instances must change flavor!');
  assert.equal(
    await why({ resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'auto' } }),
    "Invalid input for field/attribute OS-DCF:diskConfig. Value: auto. 'auto' is not one of ['AUTO', 'MANUAL']",
  );
  assert.equal(
    await why({ resize: { 'OS-DCF:diskConfig': 'AUTO' } }),
    "Invalid input for field/attribute resize. Value: {'OS-DCF:diskConfig': 'AUTO'}. 'flavorRef' is a required property",
  );
  assert.equal(
    await why({ resize: { flavorRef: '2', x: 'y' } }),
    "Invalid input for field/attribute resize. Value: {'flavorRef': '2', 'x': 'y'}. Additional properties are not allowed ('x' was unexpected)",
  );
  assert.equal(await why({ dance: null }), 'There is no such action: dance');
});

test('the disk config of a new server comes from the image, by the words for true', async () => {
  const { ubuntu } = running().seed.images;
  const words: Record<string, string> = {
    'True TRUE true 1 yes y on t': 'AUTO',
    'False DISABLED disabled AUTO MANUAL nonsense': 'MANUAL',
  };
  for (const [values, expected] of Object.entries(words)) {
    for (const value of [...values.split(' '), ...(expected === 'AUTO' ? [' True '] : [''])]) {
      await call('POST', `images/${ubuntu}/metadata`, { metadata: { auto_disk_config: value } });
      const made = await create(ubuntu);
      assert.equal(made.status, 202);
      assert.equal(made.json.server['OS-DCF:diskConfig'], expected, value);
    }
  }
});

test('DISABLED refuses an explicit AUTO at create and rebuild; a resize goes by the copy from boot', async () => {
  const { disabled, ubuntu } = running().seed.images;
  const message = `Requested image ${disabled} has automatic disk resize disabled.`;
  assert.equal((await create(disabled, { 'OS-DCF:diskConfig': 'AUTO' })).json.badRequest.message, message);
  assert.equal((await create(disabled, { 'OS-DCF:diskConfig': 'MANUAL' })).status, 202);
  const { web } = running().seed.servers;
  const rebuild = { rebuild: { imageRef: disabled, 'OS-DCF:diskConfig': 'AUTO' } };
  assert.equal((await act(web, rebuild)).json.badRequest.message, message);
  await call('POST', `images/${ubuntu}/metadata`, { metadata: { auto_disk_config: 'DISABLED' } });
  assert.equal((await act(web, { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'AUTO' } })).status, 202);
  const built = (await create(disabled)).json.server.id;
  const late = await act(built, { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'AUTO' } });
  assert.equal(late.json.badRequest.message, message);
});

test('a rebuild answers with the server in REBUILD and keeps the disk config it is not told to change', async () => {
  const { web } = running().seed.servers;
  const answer = await act(web, { rebuild: { imageRef: running().seed.images.disabled } });
  assert.equal(answer.status, 202);
  assert.equal(answer.json.server.status, 'REBUILD');
  assert.deepEqual(await state(web), ['ACTIVE', null, 'active', 'AUTO']);
  assert.equal((await show(web)).image.id, running().seed.images.disabled);
});

test('createImage makes a private image with the properties from boot under those of the request', async () => {
  const { web } = running().seed.servers;
  const answer = await act(web, {
    createImage: { name: 'snap', metadata: { Auto_Disk_Config: 'DISABLED', foo: 'bar' } },
  });
  assert.equal(answer.status, 202);
  const id = (answer.headers.location as string).split('/').at(-1);
  assert.equal(answer.headers.location, `${running().imageUrl}/images/${id}`);
  const { metadata, server } = (await call('GET', `images/${id}`)).json.image;
  assert.equal(server.id, web);
  const { auto_disk_config, foo, os_distro, image_type } = metadata;
  assert.deepEqual([auto_disk_config, foo, os_distro, image_type], ['DISABLED', 'bar', 'ubuntu', 'snapshot']);
});

test('PUT changes name and disk config; DELETE removes; others do not see the server', async () => {
  const { web } = running().seed.servers;
  const put = await call('PUT', `servers/${web}`, { server: { name: 'new', 'OS-DCF:diskConfig': 'MANUAL' } });
  assert.deepEqual([put.json.server.name, put.json.server['OS-DCF:diskConfig']], ['new', 'MANUAL']);
  const foreign = await call('GET', `servers/${web}`, undefined, running().seed.tokens.other);
  assert.equal(foreign.json.itemNotFound.message, `Instance ${web} could not be found.`);
  assert.equal((await call('DELETE', `servers/${web}`)).status, 204);
  assert.equal((await call('GET', `servers/${web}`)).status, 404);
});

test('a server that boots from a volume shows no image', async () => {
  const { ubuntu } = running().seed.images;
  assert.equal((await show(running().seed.servers.volume)).image, '');
  const device = { source_type: 'image', uuid: ubuntu, destination_type: 'volume', boot_index: 0 };
  const made = await create('', { block_device_mapping_v2: [device] });
  assert.equal((await show(made.json.server.id)).image, '');
  assert.equal(made.json.server['OS-DCF:diskConfig'], 'AUTO');
  assert.equal((await create('')).json.badRequest.message, 'Invalid imageRef provided.');
});

test('limits have no rates, and flavors are listed', async () => {
  const { limits } = (await call('GET', 'limits')).json;
  assert.deepEqual(limits.rate, []);
  assert.equal(limits.absolute.maxImageMeta, 128);
  assert.equal((await call('GET', 'flavors/detail')).json.flavors.length, 3);
  assert.equal((await call('GET', 'flavors/2')).json.flavor.name, 'm1.small');
  assert.equal((await call('GET', 'flavors/9')).status, 404);
});
