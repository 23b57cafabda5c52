import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs, eventually, newImage } from './support/cloud.ts';
import { startLabGateway } from './support/gateway.ts';
import { lab, labScript } from './support/lab.ts';
import { signIn, tokenOf, users } from './support/users.ts';

/** Stops a service of the lab until disposed of, or started before. */
const stopped = async (service: string) => {
  await labScript('stop', service);
  return { [Symbol.asyncDispose]: async () => void (await labScript('restart', service)) };
};

/** Milliseconds that an answer took, with the answer. */
const timed = async <T>(ask: Promise<T>): Promise<{ answer: T; ms: number }> => {
  const started = performance.now();
  const answer = await ask;
  return { answer, ms: performance.now() - started };
};

test('while Nova is stopped its callers get a quick fault, images still work, and it comes back by itself', async () => {
  await using image = await newImage();
  await using gateway = await startLabGateway();
  const list = () => callAs(gateway.url, 'GET', '/v2.1/servers');
  const glance = () => callAs(gateway.url, 'GET', `/v2/images/${image.id}`);
  const patch = () =>
    callAs(gateway.url, 'PATCH', `/v2/images/${image.id}`, {
      headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
      body: [{ op: 'add', path: '/auto_disk_config', value: 'TRUE' }],
    });
  assert.equal((await list()).status, 200);
  {
    await using _stopped = await stopped('nova-api');
    const { answer, ms } = await timed(list());
    assert.equal(answer.status, 502, answer.text);
    assert.match(answer.json.computeFault.message, /cannot be reached/);
    assert.ok(ms < 2000, `quickly, not after ${ms} ms`);
    assert.equal((await glance()).status, 200, 'a read of the image service needs no Nova');
    const guarded = await timed(patch());
    assert.equal(guarded.answer.status, 503, `a guarded change needs Nova: ${guarded.answer.text}`);
    assert.match(String(guarded.answer.headers['retry-after']), /^[1-9]\d*$/);
    assert.ok(guarded.ms < 4000, `quickly, not after ${guarded.ms} ms`);
  }
  await eventually('Nova answering through the same gateway', list, ({ status }) => status === 200);
  assert.equal((await patch()).status, 200);
});

test('while Keystone is stopped known callers go on and unknown ones are told when to try again', async () => {
  await using gateway = await startLabGateway({ keystone: lab().keystoneBrief });
  const known = await tokenOf('demo');
  const unknown = await signIn(users.member2);
  const read = (token: string) => callAs(gateway.url, 'GET', '/v2.1/images', { token });
  assert.equal((await read(known)).status, 200);
  {
    await using _stopped = await stopped('keystone-brief');
    assert.equal((await read(known)).status, 200, 'a remembered token needs no Keystone');
    const { answer, ms } = await timed(read(unknown));
    assert.equal(answer.status, 503, answer.text);
    assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/);
    assert.ok(ms < 4000, `within the time for a look-up, not after ${ms} ms`);
  }
  await eventually(
    'the unknown caller being let in',
    () => read(unknown),
    ({ status }) => status === 200,
  );
});

test('while Glance is stopped its callers get a quick fault, servers still work, and it comes back by itself', async () => {
  await using gateway = await startLabGateway();
  const images = () => callAs(gateway.url, 'GET', '/v2/images');
  assert.equal((await images()).status, 200);
  {
    await using _stopped = await stopped('glance');
    const { answer, ms } = await timed(images());
    assert.equal(answer.status, 502, answer.text);
    assert.ok(ms < 2000, `quickly, not after ${ms} ms`);
    assert.equal((await callAs(gateway.url, 'GET', '/v2.1/servers')).status, 200);
  }
  await eventually('Glance answering through the same gateway', images, ({ status }) => status === 200);
});

test('a gateway that starts while Keystone is stopped serves as soon as it is there', async () => {
  const token = await tokenOf('demo');
  await using down = await stopped('keystone-brief');
  await using gateway = await startLabGateway({ keystone: lab().keystoneBrief });
  const read = () => callAs(gateway.url, 'GET', '/v2.1/images', { token });
  assert.equal((await read()).status, 503);
  await down[Symbol.asyncDispose]();
  await eventually('the caller being let in', read, ({ status }) => status === 200);
});
