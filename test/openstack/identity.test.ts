import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs, eventually, expectCall, newImage } from './support/cloud.ts';
import { startLabGateway } from './support/gateway.ts';
import { lab } from './support/lab.ts';
import { newPerson, revoke } from './support/people.ts';
import { issue, signIn, tokenOf, users } from './support/users.ts';

const read = (url: string, token: string) => callAs(url, 'GET', '/v2.1/images', { token });
const brief = { cacheSeconds: 2, negativeSeconds: 1 } as const;

test('a token that Keystone does not know is refused with where to get one', async () => {
  await using gateway = await startLabGateway();
  const answer = await read(gateway.url, 'nonsense');
  assert.equal(answer.status, 401);
  assert.equal(answer.headers['www-authenticate'], `Keystone uri="${lab().keystone}/v3"`);
  assert.match(answer.json.unauthorized.message, /is not valid/);
  const broken = `${(await tokenOf('demo')).slice(0, -8)}AAAAAAAA`;
  assert.equal((await read(gateway.url, broken)).status, 401, 'a real token with its end changed');
});

test('a token is refused as soon as it has expired, although it was remembered', async () => {
  await using gateway = await startLabGateway({ cacheSeconds: 300 });
  // It lives six seconds, which a busy machine may need for the first look-up alone.
  const { token } = await eventually(
    'a token being let in before its end',
    async () => {
      const made = await signIn(users.demo, lab().keystoneBrief);
      return { token: made, status: (await read(gateway.url, made)).status };
    },
    ({ status }) => status === 200,
  );
  const late = await eventually(
    'the token having expired',
    () => read(gateway.url, token),
    ({ status }) => status !== 200,
    15,
  );
  assert.equal(late.status, 401, late.text);
});

test('a revoked token passes for the time it is remembered, and is refused after it', async () => {
  await using gateway = await startLabGateway(brief);
  const token = await signIn(users.demo);
  assert.equal((await read(gateway.url, token)).status, 200);
  await revoke(token);
  const late = await eventually(
    'the refusal',
    () => read(gateway.url, token),
    ({ status }) => status !== 200,
    15,
  );
  assert.equal(late.status, 401, late.text);
});

test('the token of a user who was disabled is refused once it is no longer remembered', async () => {
  await using gateway = await startLabGateway(brief);
  await using person = await newPerson();
  const token = await signIn(person);
  assert.equal((await read(gateway.url, token)).status, 200);
  await person.disable();
  const late = await eventually(
    'the refusal',
    () => read(gateway.url, token),
    ({ status }) => status !== 200,
    15,
  );
  assert.equal(late.status, 401, late.text);
});

const credentialToken = (id: string, secret: string) =>
  issue({ identity: { methods: ['application_credential'], application_credential: { id, secret } } });

test('an application credential works as its user, and one with access rules only for the calls they name', async () => {
  await using gateway = await startLabGateway();
  await using image = await newImage();
  const free = await credentialToken(lab().id('APPCRED_ID'), lab().id('APPCRED_SECRET'));
  const write = (token: string) =>
    callAs(gateway.url, 'POST', `/v2.1/images/${image.id}/metadata`, {
      token,
      body: { metadata: { a: '1' } },
    });
  assert.equal((await write(free)).status, 200);

  const path = `/v3/users/${lab().id('USER_DEMO')}/application_credentials`;
  const rule = { service: 'compute', method: 'GET', path: '/v2.1/images' };
  const credential = { name: `ruled-${process.pid}`, secret: 'ruled', access_rules: [rule] };
  const body = { application_credential: credential };
  const { id } = (await expectCall(201, lab().keystone, 'POST', path, { body })).json.application_credential;
  try {
    const ruled = await credentialToken(id, 'ruled');
    assert.equal((await read(gateway.url, ruled)).status, 200, 'the call that the rule names');
    const refused = await write(ruled);
    assert.ok(
      refused.status === 401 || refused.status === 403,
      `another call: ${refused.status} ${refused.text}`,
    );
    assert.match(refused.text, /application credential/i);
  } finally {
    await expectCall(204, lab().keystone, 'DELETE', `${path}/${id}`);
  }
});

test('a reader may read and not write, through Nova and through Glance', async () => {
  await using gateway = await startLabGateway();
  await using image = await newImage();
  const as = 'reader' as const;
  const path = `/v2.1/images/${image.id}/metadata`;
  assert.equal((await callAs(gateway.url, 'GET', path, { as })).status, 200);
  const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
  const writes = {
    POST: await callAs(gateway.url, 'POST', path, { as, body: { metadata: { a: '1' } } }),
    DELETE: await callAs(gateway.url, 'DELETE', `${path}/a`, { as }),
    PATCH: await callAs(gateway.url, 'PATCH', `/v2/images/${image.id}`, {
      as,
      headers,
      body: [{ op: 'add', path: '/a', value: '1' }],
    }),
  };
  for (const [method, { status, text }] of Object.entries(writes)) {
    assert.equal(status, 403, `${method}: ${text}`);
    assert.match(text, /needs one of the roles member, admin/);
  }
});

test("the gateway's own token is renewed when it has expired", async () => {
  await using gateway = await startLabGateway({ keystone: lab().keystoneBrief, cacheSeconds: 0 });
  const token = await tokenOf('demo');
  assert.equal((await read(gateway.url, token)).status, 200);
  const first = await signIn(users.gateway, lab().keystoneBrief);
  const validity = () =>
    callAs(lab().keystone, 'GET', '/v3/auth/tokens', { as: 'admin', headers: { 'x-subject-token': first } });
  // Issued after the gateway's own, so that one has expired too by then.
  await eventually('a token of the gateway having expired', validity, ({ status }) => status === 404, 15);
  assert.equal((await read(gateway.url, token)).status, 200);
});
