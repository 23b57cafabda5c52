import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { metadata } from '../support/disk-config-doors.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { editedPolicies } from '../support/open-policies.ts';
import { until } from '../support/until.ts';

const { tokens, images, servers } = seedIds;
const patchType = { 'content-type': 'application/openstack-images-v2.1-json-patch' };

test('an image made from a server does not get what users may not choose, nor lose what it would inherit', async (t) => {
  const { url, cloud } = await startTestGateway(t);
  const snapshot = (server: string, action: string, value: string) =>
    call('POST', `${url}/v2/servers/${server}/action`, tokens.demo, {
      [action]: {
        name: 'copy',
        metadata: { auto_disk_config: value },
        ...(action === 'createBackup' ? { backup_type: 'daily', rotation: 1 } : {}),
      },
    });
  for (const action of ['createImage', 'createBackup']) {
    assert.equal((await snapshot(servers.web, action, 'DISABLED')).status, 400);
  }
  const built = await call('POST', `${cloud.computeUrl}/v2/servers`, tokens.demo, {
    server: { name: 'fixed', imageRef: images.disabled, flavorRef: '1' },
  });
  const { id } = (built.body as { server: { id: string } }).server;
  const refused = await snapshot(id, 'createImage', 'TRUE');
  assert.equal(refused.status, 403);
  assert.match(refused.message, /DISABLED/);
  assert.equal((await snapshot(servers.web, 'createImage', 'TRUE')).status, 202);
});

test('a new image in Glance may choose TRUE or FALSE, and nothing else', async (t) => {
  const { url } = await startTestGateway(t);
  const create = (value: string) =>
    call('POST', `${url}/v2/images`, tokens.demo, {
      name: 'new',
      disk_format: 'raw',
      container_format: 'bare',
      auto_disk_config: value,
    });
  assert.equal((await create('TRUE')).status, 201);
  assert.equal((await create('DISABLED')).status, 400);
  assert.equal((await create('perhaps')).status, 400);
});

test('a named role may set, change and remove the reserved value, and each change is audited', async (t) => {
  const { url, lines } = await startTestGateway(t);
  const asAdmin = (method: string, path: string, body?: object) =>
    call(method, url + path, tokens.admin, body);
  const set = await asAdmin('POST', metadata(images.public), { metadata: { auto_disk_config: 'DISABLED' } });
  assert.equal(set.status, 200, set.message);
  const removed = await asAdmin('DELETE', `${metadata(images.public)}/auto_disk_config`);
  assert.equal(removed.status, 204, removed.message);
  // Records are written after the answer; the gateway's end waits for them.
  const audited = () => lines.filter(({ kind }) => kind === 'audit');
  await until(() => audited().length === 2, 'both changes are audited');
  const [first, second] = audited();
  const ours = (line?: Record<string, unknown>) => line?.['images_gateway'] as Record<string, unknown>;
  assert.deepEqual(ours(first)['changes'], [{ key: 'auto_disk_config', from: null, to: 'DISABLED' }]);
  assert.deepEqual(ours(second)['changes'], [{ key: 'auto_disk_config', from: 'DISABLED', to: null }]);
  assert.equal(first?.['user.id'], seedIds.users.admin.id);
  assert.match(String(ours(first)['bodySha256']), /^[0-9a-f]{64}$/);
});

test('the audit record of a refusal names the servers by status, and no line holds the token', async (t) => {
  const { url, lines } = await startTestGateway(t);
  const body = { metadata: { auto_disk_config: 'FALSE' } };
  assert.equal((await call('POST', url + metadata(images.resizing), tokens.demo, body)).status, 409);
  const audit = lines.find(({ event }) => event === 'guarded-change-refused');
  const told = audit?.['images_gateway'] as Record<string, unknown>;
  assert.deepEqual(told['servers'], { VERIFY_RESIZE: 1 });
  assert.equal(told['image'], images.resizing);
  assert.ok(!JSON.stringify(lines).includes(tokens.demo));
});

test('verify_after: a resize that began during the write, past the gateway, is audited', async (t) => {
  const dir = await editedPolicies(t, (text) =>
    text.replaceAll(
      '- use: disk-config-guard\n',
      '- use: disk-config-guard\n        with: { verifyAfter: true }\n',
    ),
  );
  const { url, cloud, lines } = await startTestGateway(t, { config: { policies: { dir } } });
  const body = { metadata: { auto_disk_config: 'FALSE' } };
  // The gateway's own list is up to two seconds old, so this resize behind its back is not seen before the write.
  assert.equal(
    (
      await call('POST', url + metadata(images.ubuntu), tokens.demo, {
        metadata: { auto_disk_config: 'TRUE' },
      })
    ).status,
    200,
  );
  const resize = { resize: { flavorRef: '2' } };
  assert.equal(
    (await call('POST', `${cloud.computeUrl}/v2/servers/${servers.web}/action`, tokens.demo, resize)).status,
    202,
  );
  assert.equal((await call('POST', url + metadata(images.ubuntu), tokens.demo, body)).status, 200);
  const began = () => lines.find(({ event }) => event === 'resize-began-during-change');
  await until(() => began() !== undefined, 'the resize is audited');
  const told = began()?.['images_gateway'] as Record<string, unknown>;
  assert.deepEqual(told['servers'], [servers.web]);
});

test('a server’s disk configuration changes neither with a resize nor during one', async (t) => {
  const action = (url: string, server: string, body: object) =>
    call('POST', `${url}/v2/servers/${server}/action`, tokens.demo, body);
  const other = { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'MANUAL' } };
  const flagged = await startTestGateway(t);
  const passed = await action(flagged.url, servers.web, other);
  assert.equal(passed.status, 202);
  assert.equal(passed.headers.get('x-policy-flag'), 'server-disk-config/changes-with-resize');

  const dir = await editedPolicies(t, (text) =>
    text.replace('- use: server-disk-config\n        mode: flag', '- use: server-disk-config'),
  );
  const { url } = await startTestGateway(t, { config: { policies: { dir } } });
  assert.equal((await action(url, servers.web, other)).status, 409);
  assert.equal(
    (await action(url, servers.web, { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'auto' } })).status,
    400,
  );
  const update = (value: string) =>
    call('PUT', `${url}/v2/servers/${servers.resized}`, tokens.demo, {
      server: { 'OS-DCF:diskConfig': value },
    });
  const shown = await call('GET', `${url}/v2/servers/${servers.resized}`, tokens.demo);
  const current = (shown.body as { server: Record<string, string> }).server['OS-DCF:diskConfig'];
  assert.equal((await update(current === 'AUTO' ? 'MANUAL' : 'AUTO')).status, 409);
  assert.equal((await update(current ?? '')).status, 200);
});

test('the state before a write is read once, however many stages ask for it, and not at all when none does', async (t) => {
  const { url, cloud } = await startTestGateway(t);
  const reads = () =>
    cloud.requests.compute.recent.filter(
      ({ method, target }) => method === 'GET' && target.endsWith('/metadata'),
    ).length;
  const body = { metadata: { auto_disk_config: 'FALSE', label: 'x' } };
  assert.equal((await call('POST', url + metadata(images.ubuntu), tokens.demo, body)).status, 200);
  assert.equal(reads(), 1);
  assert.equal((await call('DELETE', `${url + metadata(images.ubuntu)}/label`, tokens.demo)).status, 204);
  assert.equal(reads(), 1);
});

test('a quota speaks of the image after the write', async (t) => {
  const dir = await editedPolicies(t, (text) =>
    text.replaceAll('- use: metadata-quota\n', '- use: metadata-quota\n        with: { maxItems: 7 }\n'),
  );
  const { url } = await startTestGateway(t, { config: { policies: { dir } } });
  const post = (items: object) =>
    call('POST', url + metadata(images.ubuntu), tokens.demo, { metadata: items });
  const before = await call('GET', url + metadata(images.ubuntu), tokens.demo);
  const count = Object.keys((before.body as { metadata: object }).metadata).length;
  const items = Object.fromEntries(Array.from({ length: 7 - count }, (_, index) => [`new${index}`, 'x']));
  assert.equal((await post(items)).status, 200);
  assert.equal((await post(items)).status, 200);
  const over = await post({ another: 'x' });
  assert.equal(over.status, 413);
  assert.equal(over.headers.get('retry-after'), null);
  const patched = await call(
    'PATCH',
    `${url}/v2/images/${images.ubuntu}`,
    tokens.demo,
    [{ op: 'add', path: '/another', value: 'x' }],
    patchType,
  );
  assert.equal(patched.status, 413);
});

test('normalised keys are what is judged and what is forwarded', async (t) => {
  const dir = await editedPolicies(t, (text) =>
    text.replace(
      '    upstream: compute\n    stages:',
      '    upstream: compute\n    body: { keys: lower }\n    stages:',
    ),
  );
  const { url } = await startTestGateway(t, { cloud: { foldKeys: false }, config: { policies: { dir } } });
  const posted = await call('POST', url + metadata(images.ubuntu), tokens.demo, {
    metadata: { ' Label ': 'me' },
  });
  assert.equal((posted.body as { metadata: Record<string, string> }).metadata['label'], 'me');
  const put = await call('PUT', `${url + metadata(images.ubuntu)}/Label`, tokens.demo, {
    meta: { Label: 'you' },
  });
  assert.deepEqual(put.body, { meta: { label: 'you' } });
  const twice = await call('POST', url + metadata(images.ubuntu), tokens.demo, {
    metadata: { A: '1', a: '2' },
  });
  assert.equal(twice.status, 400);
  assert.match(twice.message, /same key "a"/);
});

test('a write that would turn a shared image private is flagged where the policy asks for it', async (t) => {
  const dir = await editedPolicies(t, (text) =>
    text.replace(
      '      - use: metadata-quota\n',
      '      - use: image-visibility\n        mode: flag\n      - use: metadata-quota\n',
    ),
  );
  const { url } = await startTestGateway(t, { config: { policies: { dir } } });
  const post = (image: string) =>
    call('POST', url + metadata(image), tokens.demo, { metadata: { label: 'x' } });
  assert.equal((await post(images.shared)).headers.get('x-policy-flag'), 'image-visibility/loses-visibility');
  assert.equal((await post(images.ubuntu)).headers.get('x-policy-flag'), null);
});
