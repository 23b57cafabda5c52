import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs, expectCall, metadataOf, newImage } from './support/cloud.ts';
import { startLabGateway } from './support/gateway.ts';
import { lab } from './support/lab.ts';
import { act, newServer, resizeTo, serverState, settled } from './support/servers.ts';
import type { UserName } from './support/users.ts';

const asMember = { as: 'member2' } as const;

/** The shipped policy with `server-disk-config` in another mode. */
const enforced = (policy: string): string => {
  const text = policy.replace(/(use: server-disk-config\s+mode:) flag/, '$1 enforce');
  assert.notEqual(text, policy, 'the shipped policy has server-disk-config in flag mode');
  return text;
};

test('a resize with another OS-DCF:diskConfig is marked by the shipped policy and done all the same', async () => {
  await using gateway = await startLabGateway();
  await using image = await newImage();
  await using server = await newServer(image.id);
  assert.equal((await serverState(server.id)).diskConfig, 'MANUAL');
  const answer = await act(gateway.url, server.id, resizeTo('2', { 'OS-DCF:diskConfig': 'AUTO' }));
  assert.equal(answer.status, 202, answer.text);
  assert.equal(answer.headers['x-policy-flag'], 'server-disk-config/changes-with-resize');
  assert.equal((await settled(server.id, 'VERIFY_RESIZE')).diskConfig, 'AUTO');

  const body = { server: { 'OS-DCF:diskConfig': 'MANUAL' } };
  const update = await callAs(gateway.url, 'PUT', `/v2.1/servers/${server.id}`, { body });
  assert.equal(update.status, 200, update.text);
  assert.equal(update.headers['x-policy-flag'], 'server-disk-config/changes-during-resize');
});

test('the same resize is refused in enforce mode, the same without the change is not, and the server keeps its size', async () => {
  await using gateway = await startLabGateway({ policy: enforced });
  await using image = await newImage();
  await using server = await newServer(image.id);
  const refused = await act(gateway.url, server.id, resizeTo('2', { 'OS-DCF:diskConfig': 'AUTO' }));
  assert.equal(refused.status, 409, refused.text);
  assert.match(refused.json.conflictingRequest.message, /from MANUAL to AUTO/);
  const state = await serverState(server.id);
  assert.deepEqual([state.status, state.diskConfig], ['ACTIVE', 'MANUAL']);

  const same = await act(gateway.url, server.id, resizeTo('2', { 'OS-DCF:diskConfig': 'MANUAL' }));
  assert.equal(same.status, 202, same.text);
  await settled(server.id, 'VERIFY_RESIZE');
  const body = { server: { 'OS-DCF:diskConfig': 'AUTO' } };
  const during = await callAs(gateway.url, 'PUT', `/v2.1/servers/${server.id}`, { body });
  assert.equal(during.status, 409, during.text);
  assert.equal((await act(gateway.url, server.id, { revertResize: null })).status, 202);
  await settled(server.id, 'ACTIVE');
  const after = await callAs(gateway.url, 'PUT', `/v2.1/servers/${server.id}`, { body });
  assert.equal(after.status, 200, after.text);
});

test('a snapshot may not be given DISABLED, and may be given TRUE', async () => {
  await using gateway = await startLabGateway();
  await using image = await newImage();
  await using server = await newServer(image.id);
  const snapshot = (value: string) =>
    act(gateway.url, server.id, { createImage: { name: 'snap', metadata: { auto_disk_config: value } } });
  const refused = await snapshot('disabled ');
  assert.equal(refused.status, 400, refused.text);
  assert.match(refused.json.badRequest.message, /must be TRUE or FALSE.*reserved for operators/);
  const made = await snapshot('TRUE');
  assert.equal(made.status, 202, made.text);
  const id = String(made.headers['location']).split('/').at(-1) as string;
  assert.equal((await metadataOf(id))['auto_disk_config'], 'TRUE');
  await expectCall(204, lab().glance, 'DELETE', `/v2/images/${id}`, { as: 'admin' });
});

test('DISABLED is neither set, changed nor removed by a member through any door, and is by an operator', async () => {
  await using gateway = await startLabGateway();
  await using image = await newImage({ auto_disk_config: 'DISABLED', os_type: 'linux' });
  await using plain = await newImage();
  const nova = (id: string) => `/v2.1/images/${id}/metadata`;
  const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
  const patch = (id: string, step: object, as: UserName) =>
    callAs(gateway.url, 'PATCH', `/v2/images/${id}`, { as, body: [step], headers });
  const path = '/auto_disk_config';
  const writes = {
    POST: () =>
      callAs(gateway.url, 'POST', nova(image.id), {
        ...asMember,
        body: { metadata: { auto_disk_config: 'TRUE' } },
      }),
    PUT: () =>
      callAs(gateway.url, 'PUT', nova(image.id), { ...asMember, body: { metadata: { os_type: 'bsd' } } }),
    'DELETE key': () => callAs(gateway.url, 'DELETE', `${nova(image.id)}/auto_disk_config`, asMember),
    'PATCH remove': () => patch(image.id, { op: 'remove', path }, 'member2'),
    'PATCH replace': () => patch(image.id, { op: 'replace', path, value: 'FALSE' }, 'member2'),
  };
  for (const [door, write] of Object.entries(writes)) {
    const answer = await write();
    assert.equal(answer.status, 403, `${door}: ${answer.text}`);
    assert.match(answer.json.forbidden.message, /is DISABLED, which only an operator may change/, door);
  }
  const set = await patch(plain.id, { op: 'add', path, value: 'Disabled' }, 'member2');
  assert.equal(set.status, 400, set.text);
  assert.deepEqual(await metadataOf(image.id), { auto_disk_config: 'DISABLED', os_type: 'linux' });

  const kept = { metadata: { auto_disk_config: 'DISABLED', os_type: 'bsd' } };
  const unchanged = await callAs(gateway.url, 'PUT', nova(image.id), { ...asMember, body: kept });
  assert.equal(unchanged.status, 200, 'sending the reserved value that is there changes nothing');
  const byAdmin = await patch(image.id, { op: 'remove', path }, 'admin');
  assert.equal(byAdmin.status, 200, byAdmin.text);
  assert.deepEqual(await metadataOf(image.id), { os_type: 'bsd' });
});
