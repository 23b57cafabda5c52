import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { demoCall } from '../support/demo-call.ts';

let cloud: DemoCloud;
let now = Date.parse('2026-11-23T14:00:00Z');

before(async () => {
  cloud = await startDemoCloud({ now: () => now });
});
after(() => cloud.close());

const passwordAuth = (name: string, password: string, scope?: unknown) => ({
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name, password, domain: { id: 'default' } } },
    },
    ...(scope === undefined ? {} : { scope }),
  },
});
const demoScope = { project: { name: 'demo', domain: { id: 'default' } } };

const login = (body: unknown) => demoCall(cloud.identityUrl, 'POST', '/v3/auth/tokens', { body });
const validate = (own: string | undefined, subject: string | undefined, query = '', method = 'GET') =>
  demoCall(cloud.identityUrl, method, `/v3/auth/tokens${query}`, {
    ...(own === undefined ? {} : { token: own }),
    headers: subject === undefined ? {} : { 'x-subject-token': subject },
  });

test('a password and a project give a scoped token with implied roles and a catalogue', async () => {
  const answer = await login(passwordAuth('demo', 'demopw', demoScope));
  assert.equal(answer.status, 201);
  assert.equal(answer.reason, 'CREATED');
  assert.equal(answer.headers.vary, 'X-Auth-Token');
  const { token } = answer.json;
  assert.deepEqual(
    token.roles.map((role: { name: string }) => role.name),
    ['member', 'reader'],
  );
  assert.deepEqual(token.project, {
    domain: { id: 'default', name: 'Default' },
    id: cloud.seed.projects.demo,
    name: 'demo',
  });
  assert.equal(token.is_domain, false);
  assert.equal(token.issued_at, '2026-11-23T14:00:00.000000Z');
  assert.equal(token.expires_at, '2026-11-23T15:00:00.000000Z');
  assert.deepEqual(token.catalog.map((entry: { type: string }) => entry.type).sort(), [
    'compute',
    'identity',
    'image',
  ]);
  assert.match(answer.headers['x-subject-token'] as string, /^[0-9a-f]{32}$/);
});

test('without a scope, and with the word unscoped, the token has neither project nor roles', async () => {
  for (const scope of [undefined, 'unscoped']) {
    const { json } = await login(passwordAuth('demo', 'demopw', scope));
    assert.equal(json.token.project, undefined);
    assert.equal(json.token.roles, undefined);
    assert.equal(json.token.catalog, undefined);
  }
});

test('user and project may be given by id', async () => {
  const { id, password } = cloud.seed.users.other;
  const answer = await login({
    auth: {
      identity: { methods: ['password'], password: { user: { id, password } } },
      scope: { project: { id: cloud.seed.projects.other } },
    },
  });
  assert.equal(answer.json.token.project.name, 'other');
});

test('an application credential gives a token of its project; its rules are told only to those who enforce them', async () => {
  const { plain, restricted } = cloud.seed.applicationCredentials;
  const auth = (id: string, secret: string) => ({
    auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } },
  });
  const answer = await login(auth(plain.id, plain.secret));
  assert.equal(answer.status, 201);
  assert.deepEqual(answer.json.token.application_credential, {
    id: plain.id,
    name: plain.name,
    restricted: true,
  });
  assert.equal((await login(auth(plain.id, 'x'))).status, 401);
  const ruled = (await login(auth(restricted.id, restricted.secret))).headers['x-subject-token'] as string;
  assert.equal((await validate(cloud.seed.tokens.gateway, ruled)).status, 404);
  const told = await demoCall(cloud.identityUrl, 'GET', '/v3/auth/tokens', {
    token: cloud.seed.tokens.gateway,
    headers: { 'x-subject-token': ruled, 'openstack-identity-access-rules': '1.0' },
  });
  assert.equal(told.json.token.application_credential.access_rules[0].method, 'GET');
});

test('what Keystone answered to bad logins is answered here', async () => {
  const unauthorized = {
    error: {
      code: 401,
      message: 'The request you have made requires authentication.',
      title: 'Unauthorized',
    },
  };
  for (const body of [
    passwordAuth('demo', 'wrong', demoScope),
    passwordAuth('nobody', 'demopw', demoScope),
    passwordAuth('demo', 'demopw', { project: { name: 'other', domain: { id: 'default' } } }),
    passwordAuth('admin', 'adminpw', { domain: { id: 'default' } }),
  ]) {
    const answer = await login(body);
    assert.equal(answer.status, 401);
    assert.equal(answer.reason, 'UNAUTHORIZED');
    assert.equal(answer.headers['www-authenticate'], `Keystone uri="${cloud.identityUrl}/v3"`);
    assert.deepEqual(answer.json, unauthorized);
  }
  const noIdentity = await login({ auth: {} });
  assert.equal(noIdentity.status, 400);
  assert.match(noIdentity.json.error.message, /^'identity' is a required property/);
  assert.equal((await login('nonsense')).json.error.title, 'Bad Request');
});

test('admins, services and the token itself may validate; strangers and members of the same project may not', async () => {
  const { demo, admin, gateway, validator, member2, other, reader } = cloud.seed.tokens;
  for (const own of [admin, gateway, validator, demo]) {
    const answer = await validate(own, demo);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-subject-token'], demo);
    assert.equal(answer.json.token.user.name, 'demo');
  }
  for (const own of [member2, other, reader]) {
    const answer = await validate(own, demo);
    assert.equal(answer.status, 403);
    assert.equal(answer.reason, 'FORBIDDEN');
    assert.match(answer.json.error.message, /identity:validate_token\.$/);
  }
});

test('nocatalog leaves out the catalogue and nothing else; HEAD has no body', async () => {
  const { gateway, demo } = cloud.seed.tokens;
  const whole = (await validate(gateway, demo)).json.token;
  const { catalog, ...rest } = whole;
  assert.equal(catalog.length, 3);
  assert.deepEqual((await validate(gateway, demo, '?nocatalog')).json.token, rest);
  const head = await validate(gateway, demo, '', 'HEAD');
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
});

test('a bad subject is 404, a bad own token 401', async () => {
  const { gateway, demo, expired } = cloud.seed.tokens;
  const message = async (subject: string | undefined) => {
    const answer = await validate(gateway, subject);
    assert.equal(answer.status, 404);
    return answer.json.error.message;
  };
  assert.equal(await message('nonsense'), 'Could not recognize Fernet token');
  assert.equal(await message(undefined), 'No token in the request');
  assert.equal(await message(expired), 'Failed to validate token');
  assert.equal((await validate(gateway, expired, '?allow_expired=1')).status, 200);
  for (const own of ['nonsense', undefined, expired]) {
    assert.equal((await validate(own, demo)).status, 401);
  }
});

test('a revoked token is 404 for validation and 401 for the compute service at once', async () => {
  const token = (await login(passwordAuth('demo', 'demopw', demoScope))).headers['x-subject-token'] as string;
  const use = () => demoCall(cloud.computeUrl, 'GET', '/v2.1/images', { token });
  assert.equal((await use()).status, 200);
  assert.equal((await validate(cloud.seed.tokens.other, token, '', 'DELETE')).status, 403);
  const revoked = await validate(token, token, '', 'DELETE');
  assert.equal(revoked.status, 204);
  assert.equal(
    (await validate(cloud.seed.tokens.gateway, token)).json.error.message,
    'Failed to validate token',
  );
  assert.equal((await use()).status, 401);
});

test('a token ends when its time is over', async () => {
  const token = (await login(passwordAuth('demo', 'demopw', demoScope))).headers['x-subject-token'] as string;
  assert.equal((await validate(cloud.seed.tokens.gateway, token)).status, 200);
  now += 3_600_000;
  assert.equal((await validate(cloud.seed.tokens.gateway, token)).status, 404);
  assert.equal((await validate(cloud.seed.tokens.gateway, cloud.seed.tokens.demo)).status, 200);
});

test('a new token made from an old one ends with it and names its ancestor', async () => {
  const first = await login(passwordAuth('demo', 'demopw'));
  const id = first.headers['x-subject-token'];
  const second = await login({ auth: { identity: { methods: ['token'], token: { id } }, scope: demoScope } });
  assert.equal(second.json.token.expires_at, first.json.token.expires_at);
  assert.deepEqual(second.json.token.methods, ['password', 'token']);
  assert.equal(second.json.token.audit_ids[1], first.json.token.audit_ids[0]);
});

test('version documents need no token', async () => {
  assert.equal((await demoCall(cloud.identityUrl, 'GET', '/')).status, 300);
  assert.equal((await demoCall(cloud.identityUrl, 'GET', '/v3')).json.version.id, 'v3.14');
  assert.equal((await demoCall(cloud.identityUrl, 'GET', '/v2.0/')).json.version.id, 'v2.0');
});
