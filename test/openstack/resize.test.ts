import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DemoAnswer } from '../support/demo-call.ts';
import { callAs, eventually, metadataOf, newImage } from './support/cloud.ts';
import { startLabGateway } from './support/gateway.ts';
import { lab, slowResizes } from './support/lab.ts';
import { act, newServer, resizeTo, serverState, settled } from './support/servers.ts';
import type { UserName } from './support/users.ts';

const glancePatch = { 'content-type': 'application/openstack-images-v2.1-json-patch' };

/** Every door to the key, as a request that would change it from True. */
const doors: Readonly<Record<string, (base: string, image: string, as: UserName) => Promise<DemoAnswer>>> = {
  'POST metadata': (base, image, as) =>
    callAs(base, 'POST', `/v2.1/images/${image}/metadata`, {
      as,
      body: { metadata: { auto_disk_config: 'False' } },
    }),
  'PUT metadata without the key': (base, image, as) =>
    callAs(base, 'PUT', `/v2.1/images/${image}/metadata`, { as, body: { metadata: { os_type: 'linux' } } }),
  'PUT the key': (base, image, as) =>
    callAs(base, 'PUT', `/v2.1/images/${image}/metadata/auto_disk_config`, {
      as,
      body: { meta: { auto_disk_config: 'FALSE' } },
    }),
  'DELETE the key': (base, image, as) =>
    callAs(base, 'DELETE', `/v2.1/images/${image}/metadata/auto_disk_config`, { as }),
  'Glance PATCH replace': (base, image, as) =>
    callAs(base, 'PATCH', `/v2/images/${image}`, {
      as,
      body: [{ op: 'replace', path: '/auto_disk_config', value: 'False' }],
      headers: glancePatch,
    }),
  'Glance PATCH remove': (base, image, as) =>
    callAs(base, 'PATCH', `/v2/images/${image}`, {
      as,
      body: [{ op: 'remove', path: '/auto_disk_config' }],
      headers: glancePatch,
    }),
};

const assertAllRefused = async (base: string, image: string, server: string, status: string) => {
  for (const [door, write] of Object.entries(doors)) {
    const answer = await write(base, image, 'member2');
    assert.equal(answer.status, 409, `${door} while the server is in ${status}: ${answer.text}`);
    const { message } = answer.json.conflictingRequest;
    assert.match(message, new RegExp(`auto_disk_config cannot be changed now: .*${server} ${status}`), door);
    assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/, door);
  }
};

test('a server that is really being resized keeps every door to auto_disk_config of its image shut', async () => {
  await using gateway = await startLabGateway();
  await using image = await newImage({ auto_disk_config: 'True', os_type: 'linux' });
  await using other = await newImage({ auto_disk_config: 'True' });
  await using server = await newServer(image.id);

  {
    using _slow = slowResizes(300);
    // Past the gateway: only what Nova says of the server can shut the doors.
    assert.equal((await act(lab().nova, server.id, resizeTo('2'))).status, 202);
    await eventually(
      'the resize being under way',
      () => serverState(server.id),
      ({ status }) => status === 'RESIZE',
    );
    await assertAllRefused(gateway.url, image.id, server.id, 'RESIZE');
    assert.equal((await serverState(server.id)).status, 'RESIZE', 'the refusals were seen during the resize');
  }
  await settled(server.id, 'VERIFY_RESIZE');
  await assertAllRefused(gateway.url, image.id, server.id, 'VERIFY_RESIZE');
  assert.deepEqual(await metadataOf(image.id), { auto_disk_config: 'True', os_type: 'linux' });

  const merge = (id: string, metadata: object) =>
    callAs(gateway.url, 'POST', `/v2.1/images/${id}/metadata`, { body: { metadata } });
  assert.equal((await merge(image.id, { os_type: 'bsd' })).status, 200, 'other keys pass');
  assert.equal((await merge(image.id, { auto_disk_config: 'True' })).status, 200, 'the same value passes');
  assert.equal((await merge(other.id, { auto_disk_config: 'False' })).status, 200, 'other images pass');

  assert.equal((await act(gateway.url, server.id, { confirmResize: null })).status, 204);
  await settled(server.id, 'ACTIVE');
  for (const [door, write] of Object.entries(doors)) {
    await merge(image.id, { auto_disk_config: 'True', os_type: 'linux' });
    const { status, text } = await write(gateway.url, image.id, 'member2');
    assert.ok(status === 200 || status === 204, `${door} after the confirmation: ${status} ${text}`);
  }
});

test('a resize through the gateway counts at once, and a reverted one no longer', async () => {
  await using gateway = await startLabGateway();
  await using image = await newImage({ auto_disk_config: 'True' });
  await using server = await newServer(image.id);
  const change = () =>
    callAs(gateway.url, 'POST', `/v2.1/images/${image.id}/metadata`, {
      body: { metadata: { auto_disk_config: 'False' } },
    });

  assert.equal((await act(gateway.url, server.id, resizeTo('2'))).status, 202);
  assert.equal((await change()).status, 409, 'in the very next request');
  await settled(server.id, 'VERIFY_RESIZE');
  {
    using _slow = slowResizes(5);
    assert.equal((await act(gateway.url, server.id, { revertResize: null })).status, 202);
    assert.equal((await change()).status, 409, 'while it is reverted');
  }
  await settled(server.id, 'ACTIVE');
  await eventually('the change being let through', change, ({ status }) => status === 200, 30);
  assert.deepEqual(await metadataOf(image.id), { auto_disk_config: 'False' });
});

/** An image of demo that others may use, and a server of theirs that waits for its resize to be confirmed. */
const resizedByOthers = async () => {
  await using made = new AsyncDisposableStack();
  const image = made.use(await newImage({ auto_disk_config: 'True' }));
  const setVisibility = [{ op: 'replace', path: '/visibility', value: 'community' }];
  await callAs(lab().glance, 'PATCH', `/v2/images/${image.id}`, {
    body: setVisibility,
    headers: glancePatch,
  });
  const server = made.use(await newServer(image.id, 'other'));
  assert.equal((await act(lab().nova, server.id, resizeTo('2'), 'other')).status, 202);
  await settled(server.id, 'VERIFY_RESIZE', 'other');
  const kept = made.move();
  return { image, server, [Symbol.asyncDispose]: () => kept.disposeAsync() };
};

const setFalse = (base: string, image: string) =>
  callAs(base, 'PUT', `/v2.1/images/${image}/metadata/auto_disk_config`, {
    body: { meta: { auto_disk_config: 'False' } },
  });

test("by default a resize in another project does not shut a project's own image, with the scope `all` it does", async () => {
  await using resized = await resizedByOthers();
  {
    await using gateway = await startLabGateway({
      servers: 'service',
      policy: (text) => text.replaceAll(/use: disk-config-guard$/gm, '$&\n        with: { scope: all }'),
    });
    const refused = await setFalse(gateway.url, resized.image.id);
    assert.equal(refused.status, 409, refused.text);
    const { message } = refused.json.conflictingRequest;
    assert.match(message, /auto_disk_config cannot be changed now: .*other project/);
    assert.ok(!message.includes(resized.server.id), `the server of others is not named: ${message}`);
  }
  await using gateway = await startLabGateway();
  const change = await setFalse(gateway.url, resized.image.id);
  assert.equal(change.status, 200, change.text);
});
