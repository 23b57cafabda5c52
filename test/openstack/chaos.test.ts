import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs, eventually, newImage } from './support/cloud.ts';
import { startLabGateway } from './support/gateway.ts';
import { frozen, lab, labScript } from './support/lab.ts';
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

/**
 * Waits until Nova answers when it is asked directly: it takes connections at once and then loads, for more than half a
 * minute on a busy machine. What comes after is the gateway's.
 */
const novaAnswers = () =>
  eventually(
    'Nova answering by itself',
    () =>
      callAs(lab().nova, 'GET', '/v2.1/servers').then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code,
      ),
    (status) => status === 200,
    240,
  );
/** Seconds after that in which the gateway must have its answers too. */
const soon = 5;

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
  await novaAnswers();
  await eventually('Nova answering through the same gateway', list, ({ status }) => status === 200, soon);
  await eventually('the guarded change', patch, ({ status }) => status === 200, soon);
});

test('while Keystone is stopped known callers go on and unknown ones are told when to try again', async () => {
  await using gateway = await startLabGateway({ keystone: lab().keystoneBrief });
  const known = await tokenOf('demo');
  const unknown = await signIn(users.member2);
  const read = (token: string) => callAs(gateway.url, 'GET', '/v2.1/images', { token });
  // The first question to a Keystone that has just begun can take longer than a look-up may.
  await eventually(
    'the known caller being let in',
    () => read(known),
    ({ status }) => status === 200,
  );
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

test('while Nova is frozen its callers wait no longer than allowed, guarded changes no longer than a look-up, and it goes on by itself', async () => {
  await using image = await newImage();
  await using gateway = await startLabGateway({ novaTimeoutMs: 3000, lookupTimeoutMs: 1500 });
  const list = () => callAs(gateway.url, 'GET', '/v2.1/servers');
  const guarded = () =>
    callAs(gateway.url, 'PATCH', `/v2/images/${image.id}`, {
      headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
      body: [{ op: 'add', path: '/auto_disk_config', value: 'TRUE' }],
    });
  assert.equal((await list()).status, 200);
  {
    using _frozen = frozen('nova-api');
    const [waited, judged] = await Promise.all([timed(list()), timed(guarded())]);
    assert.equal(waited.answer.status, 504, waited.answer.text);
    assert.match(waited.answer.json.computeFault.message, /did not answer in time/);
    assert.ok(waited.ms >= 3000 && waited.ms < 5000, `when the time was over, not after ${waited.ms} ms`);
    assert.equal(judged.answer.status, 503, judged.answer.text);
    assert.match(String(judged.answer.headers['retry-after']), /^[1-9]\d*$/);
    assert.ok(judged.ms < 4500, `quickly, not after ${judged.ms} ms`);
    const glance = await timed(callAs(gateway.url, 'GET', `/v2/images/${image.id}`));
    assert.equal(glance.answer.status, 200);
  }
  await eventually('Nova answering through the same gateway', list, ({ status }) => status === 200);
  assert.equal((await guarded()).status, 200);
});

test('while the Nova API restarts under load its callers get answers or a fault that says what is wrong, and all get answers as soon as Nova answers', async () => {
  await using gateway = await startLabGateway();
  const list = () => callAs(gateway.url, 'GET', '/v2.1/servers');
  assert.equal((await list()).status, 200);
  const answers: number[] = [];
  let over = false;
  const client = async () => {
    while (!over) {
      const { status, json } = await list();
      answers.push(status);
      if (status !== 200) assert.match(json.computeFault.message, /^The service behind the gateway /);
    }
  };
  const load = [client(), client()];
  try {
    await labScript('restart', 'nova-api');
    await novaAnswers();
    await eventually('Nova answering through the same gateway', list, ({ status }) => status === 200, soon);
  } finally {
    over = true;
    await Promise.all(load);
  }
  // 504 to those that were let in by a Nova that was still loading when their time was over.
  const other = answers.filter((status) => ![200, 502, 504].includes(status));
  assert.deepEqual(other, [], `of ${answers.length} answers`);
  assert.ok(answers.includes(502), 'the restart was seen');
  assert.deepEqual(
    (await Promise.all(Array.from({ length: 6 }, list))).map(({ status }) => status),
    Array(6).fill(200),
  );
});
