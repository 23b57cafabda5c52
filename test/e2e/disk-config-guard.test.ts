import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { doors, metadata } from '../support/disk-config-doors.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { editedPolicies } from '../support/open-policies.ts';

const { tokens, images, servers } = seedIds;
/** The shipped policies, where a resize counts only as long as the service shows it. */
const withoutLag = (t: TestContext): Promise<string> => guardWith(t, 'lagSeconds: 0');

const guardWith = (t: TestContext, options: string): Promise<string> =>
  editedPolicies(t, (text) =>
    text.replaceAll('- use: disk-config-guard\n', `- use: disk-config-guard\n        with: { ${options} }\n`),
  );

for (const door of doors) {
  const knock = (url: string, image: string) =>
    call(door.method, url + door.path(image), tokens.demo, door.body, door.headers);

  test(`${door.name}: refused with 409 while a server of the image is being resized`, async (t) => {
    const { url, cloud } = await startTestGateway(t);
    const before = await call('GET', `${cloud.imageUrl}/v2/images/${images.resizing}`, tokens.demo);
    const answer = await knock(url, images.resizing);
    assert.equal(answer.status, 409, answer.message);
    assert.match(answer.message, new RegExp(servers.resized));
    const after = await call('GET', `${cloud.imageUrl}/v2/images/${images.resizing}`, tokens.demo);
    assert.deepEqual(after.body, before.body);
  });

  test(`${door.name}: refused with 403 while the value is DISABLED`, async (t) => {
    const { url } = await startTestGateway(t);
    const answer = await knock(url, images.disabled);
    assert.equal(answer.status, 403, answer.message);
  });
}

test('what does not change the key passes during a resize: other keys, the same value, other images', async (t) => {
  const { url } = await startTestGateway(t);
  const post = (image: string, items: object) =>
    call('POST', url + metadata(image), tokens.demo, { metadata: items });
  assert.equal((await post(images.resizing, { label: 'x' })).status, 200);
  assert.equal((await post(images.resizing, { auto_disk_config: 'True' })).status, 200);
  assert.equal((await post(images.ubuntu, { auto_disk_config: 'FALSE' })).status, 200);
});

test('the key may change again after the confirmation, and after a reversal is through, not before', async (t) => {
  let now = Date.parse('2026-11-23T12:00:00Z');
  const lookups = { compute: 'compute', image: 'image', timeoutMs: 3000, cacheMs: 0, maxPages: 20 };
  const { url } = await startTestGateway(t, {
    cloud: { now: () => now, resizeMs: 1000 },
    config: { lookups, policies: { dir: await withoutLag(t) } },
  });
  const action = (server: string, body: object) =>
    call('POST', `${url}/v2/servers/${server}/action`, tokens.demo, body);
  const change = (image: string, value: string) =>
    call('POST', url + metadata(image), tokens.demo, { metadata: { auto_disk_config: value } });
  assert.equal((await action(servers.resized, { confirmResize: null })).status, 204);
  assert.equal((await change(images.resizing, 'FALSE')).status, 200);

  assert.equal((await action(servers.web, { resize: { flavorRef: '2' } })).status, 202);
  assert.match((await change(images.ubuntu, 'FALSE')).message, / RESIZE/);
  now += 1000;
  assert.match((await change(images.ubuntu, 'FALSE')).message, / VERIFY_RESIZE/);
  assert.equal((await action(servers.web, { revertResize: null })).status, 202);
  assert.match((await change(images.ubuntu, 'FALSE')).message, / REVERT_RESIZE/);
  now += 1000;
  assert.equal((await change(images.ubuntu, 'FALSE')).status, 200);
});

test('a resize that passed here counts although the service does not list it, until the lag is over', async (t) => {
  const dir = await withoutLag(t);
  for (const [policies, status] of [
    [undefined, 409],
    [{ dir }, 200],
  ] as const) {
    const gateway = await startTestGateway(t, {
      cloud: { resizeMs: 0 },
      ...(policies === undefined ? {} : { config: { policies } }),
    });
    const behind = gateway.cloud.computeUrl;
    const action = (url: string, body: object) =>
      call('POST', `${url}/v2/servers/${servers.web}/action`, tokens.demo, body);
    assert.equal((await action(gateway.url, { resize: { flavorRef: '2' } })).status, 202);
    // Confirmed where the gateway does not see it, which looks like a list that lags.
    assert.equal((await action(behind, { confirmResize: null })).status, 204);
    const body = { metadata: { auto_disk_config: 'FALSE' } };
    assert.equal(
      (await call('POST', gateway.url + metadata(images.ubuntu), tokens.demo, body)).status,
      status,
    );
  }
});

test('a server booted from a volume counts for every image of its project while its resize lasts', async (t) => {
  const { url } = await startTestGateway(t, { cloud: { resizeMs: 0 } });
  const action = (body: object) =>
    call('POST', `${url}/v2/servers/${servers.volume}/action`, tokens.demo, body);
  const change = () =>
    call('POST', url + metadata(images.ubuntu), tokens.demo, { metadata: { auto_disk_config: 'FALSE' } });
  assert.equal((await action({ resize: { flavorRef: '2' } })).status, 202);
  const refused = await change();
  assert.equal(refused.status, 409);
  assert.match(refused.message, new RegExp(servers.volume));
  assert.equal((await action({ confirmResize: null })).status, 204);
  assert.equal((await change()).status, 200);
});

test('a resize that the service refuses is not remembered', async (t) => {
  const { url } = await startTestGateway(t);
  const resize = await call('POST', `${url}/v2/servers/${servers.web}/action`, tokens.demo, {
    resize: { flavorRef: 'none' },
  });
  assert.ok(resize.status >= 400 && resize.status < 500, String(resize.status));
  const change = await call('POST', url + metadata(images.ubuntu), tokens.demo, {
    metadata: { auto_disk_config: 'FALSE' },
  });
  assert.equal(change.status, 200);
});

for (const [onLookupError, status, flag] of [
  ['block', 503, null],
  ['flag', 200, 'disk-config-guard/lookup-failed'],
  ['allow', 200, null],
] as const) {
  test(`when the servers cannot be listed, ${onLookupError} answers ${status}`, async (t) => {
    const dir = await guardWith(t, `onLookupError: ${onLookupError}`);
    // One page is not enough for this list, and more may not be read.
    const gateway = await startTestGateway(t, {
      cloud: { pageSize: 1 },
      config: {
        policies: { dir },
        lookups: { compute: 'compute', image: 'image', timeoutMs: 3000, cacheMs: 2000, maxPages: 1 },
      },
    });
    const body = { metadata: { auto_disk_config: 'FALSE' } };
    const create = (index: number) =>
      call('POST', `${gateway.cloud.computeUrl}/v2/servers`, tokens.demo, {
        server: { name: `s${index}`, imageRef: images.ubuntu, flavorRef: '1' },
      });
    for (let index = 0; index < 2; index++) {
      const created = (await create(index)).body as { server: { id: string } };
      const resized = await call(
        'POST',
        `${gateway.cloud.computeUrl}/v2/servers/${created.server.id}/action`,
        tokens.demo,
        {
          resize: { flavorRef: '2' },
        },
      );
      assert.equal(resized.status, 202);
    }
    const answer = await call('POST', gateway.url + metadata(images.ubuntu), tokens.demo, body);
    assert.equal(answer.status, status, answer.message);
    assert.equal(answer.headers.get('x-policy-flag'), flag);
  });
}
