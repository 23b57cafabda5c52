import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { demoCall } from '../support/demo-call.ts';

const sample = {
  metadata: {
    Category: 'Webserver Retail Outlet project',
    Owner: 'John, Doe',
    Label: 'Updated',
  },
};

test("the documented sample request answers the documented sample body, but for the category's value", async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const target = `/v2/images/${cloud.seed.images.ubuntu}/metadata`;
  const before = await demoCall(cloud.computeUrl, 'GET', target, { token: cloud.seed.tokens.demo });
  assert.equal(before.json.metadata.category, 'Webserver-Beta Retail Outlet project');
  assert.equal(before.json.metadata.owner, undefined);
  const answer = await demoCall(cloud.computeUrl, 'POST', target, {
    token: 'f064c46a782c444cb4ba4b6434288f7c',
    body: sample,
    headers: { accept: 'application/json' },
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.match(answer.headers['x-compute-request-id'] as string, /^req-[0-9a-f-]{36}$/);
  assert.deepEqual(answer.json, {
    metadata: {
      'com.rackspace__1__options': '0',
      owner: 'John, Doe',
      base_image_ref: 'ffa476b1-9b14-46bd-99a8-862d1d94eb7a',
      category: 'Webserver Retail Outlet project',
      os_distro: 'ubuntu',
      label: 'Updated',
      auto_disk_config: 'True',
      os_type: 'linux',
    },
  });
});

test('a port that is taken rejects with the error of Node, and nothing stays behind', async (t) => {
  const first = await startDemoCloud();
  t.after(() => first.close());
  const taken = Number(new URL(first.imageUrl).port);
  await assert.rejects(startDemoCloud({ ports: { image: taken } }), {
    code: 'EADDRINUSE',
    syscall: 'listen',
  });
});

test('each service counts what it received, without the values of tokens', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  await demoCall(cloud.computeUrl, 'GET', '/v2.1/limits?x=1', {
    token: cloud.seed.tokens.demo,
    headers: { 'x-roles': 'member' },
  });
  assert.equal(cloud.requests.compute.total, 1);
  assert.equal(cloud.requests.image.total, 0);
  const [seen] = cloud.requests.compute.recent;
  assert.equal(seen?.target, '/v2.1/limits?x=1');
  assert.equal(seen?.headers['x-roles'], 'member');
  assert.ok(!JSON.stringify(cloud.requests.compute.recent).includes(cloud.seed.tokens.demo));
  cloud.requests.compute.clear();
  assert.equal(cloud.requests.compute.total, 0);
});

test('all three services look at the same images', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { ubuntu } = cloud.seed.images;
  const token = cloud.seed.tokens.demo;
  await demoCall(cloud.computeUrl, 'PUT', `/v2/images/${ubuntu}/metadata/label`, {
    token,
    body: { meta: { label: 'x' } },
  });
  const glance = await demoCall(cloud.imageUrl, 'GET', `/v2/images/${ubuntu}`, { token });
  assert.equal(glance.json.label, 'x');
});

test('ids of new things come from the given source', async (t) => {
  const cloud = await startDemoCloud({ uuid: () => 'abcdefab-0000-4000-8000-000000000000' });
  t.after(() => cloud.close());
  const made = await demoCall(cloud.imageUrl, 'POST', '/v2/images', {
    token: cloud.seed.tokens.demo,
    body: { name: 'n' },
  });
  assert.equal(made.json.id, 'abcdefab-0000-4000-8000-000000000000');
});
