import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import type { DemoCallOptions } from '../support/demo-call.ts';
import { demoCall } from '../support/demo-call.ts';

/** The default flavour: metadata as Rackspace's documented samples show it. */
let cloud: DemoCloud;
before(async () => {
  cloud = await startDemoCloud();
});
after(() => cloud.close());

const call = (method: string, rest: string, options: DemoCallOptions = {}) =>
  demoCall(cloud.computeUrl, method, `/v2/images/${cloud.seed.images.protected}/metadata${rest}`, {
    token: cloud.seed.tokens.demo,
    ...options,
  });

test('keys are folded wherever they stand: in maps, single entries and paths', async () => {
  assert.deepEqual(
    (await call('PUT', '', { body: { metadata: { OS_Type: 'linux', A: '1', a: '2' } } })).json,
    {
      metadata: { os_type: 'linux', a: '2' },
    },
  );
  assert.deepEqual((await call('PUT', '/Label', { body: { meta: { LABEL: 'x' } } })).json, {
    meta: { label: 'x' },
  });
  assert.deepEqual((await call('GET', '/lAbEl')).json, { meta: { label: 'x' } });
  assert.equal((await call('DELETE', '/LABEL')).status, 204);
  assert.deepEqual((await call('GET', '')).json, { metadata: { os_type: 'linux', a: '2' } });
});

test('keys that Nova would take for attributes are plain properties, and attributes stay what they are', async () => {
  const metadata = { owner: 'John, Doe', name: 'n', protected: 'no', block_device_mapping: 'x' };
  assert.deepEqual((await call('PUT', '', { body: { metadata } })).json, { metadata });
  const glance = await demoCall(cloud.imageUrl, 'GET', `/v2/images/${cloud.seed.images.protected}`, {
    token: cloud.seed.tokens.demo,
  });
  const { owner, name, protected: isProtected } = glance.json;
  assert.deepEqual([owner, name, isProtected], [cloud.seed.projects.demo, 'protected', true]);
});

test('a path may end in .json, but a key that does is a key', async () => {
  await call('PUT', '.json', { body: { metadata: { 'a.json': '1' } } });
  assert.deepEqual((await call('GET', '.json')).json, { metadata: { 'a.json': '1' } });
  assert.deepEqual((await call('GET', '/a.json')).json, { meta: { 'a.json': '1' } });
  const list = await demoCall(cloud.computeUrl, 'GET', '/v2/images.json', { token: cloud.seed.tokens.demo });
  assert.equal(list.status, 200);
});

test("Nova's own media type is given back to those who ask for it alone", async () => {
  const accept = 'application/vnd.openstack.compute+json';
  assert.equal(
    (await call('GET', '', { headers: { accept: `${accept};version=2` } })).headers['content-type'],
    accept,
  );
  assert.equal(
    (await call('GET', '', { headers: { accept: 'text/html' } })).headers['content-type'],
    'application/json',
  );
});
