import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parsed } from '../../../src/adapters/keystone-token-body.ts';
import { createKeystoneV2, type KeystoneV2Credential } from '../../../src/adapters/keystone-v2.ts';
import { identityOfV2 } from '../../../src/adapters/keystone-v2-body.ts';
import { Secret } from '../../../src/core/secret.ts';
import { type RawAnswer, rawJson } from '../../support/raw-origin.ts';
import { recordingLog } from '../../support/recording.ts';
import { patience, startScriptedKeystone } from '../../support/scripted-keystone.ts';

const asked = 'ab48a9efdfedb23ty3494';

/** The answer that Rackspace's documentation of "Validate token" prints, shortened, but for what is said otherwise. */
const accessOf = (more: { token?: object; user?: object; access?: object } = {}) => ({
  access: {
    token: {
      id: asked,
      expires: '2199-04-13T13:15:00.000-05:00',
      tenant: { id: '345', name: 'My Project' },
      'RAX-AUTH:authenticatedBy': ['PASSWORD', 'PASSCODE'],
      ...more.token,
    },
    user: {
      id: '123',
      name: 'jqsmith',
      'RAX-AUTH:defaultRegion': 'DFW',
      'RAX-AUTH:contactId': 'c-77',
      roles: [
        { id: '3', name: 'compute:default', tenantId: '345', description: 'd' },
        { id: '5', name: 'object-store:default', tenantId: 'MossoCloudFS_1' },
        { id: '6', name: 'identity:user-admin' },
      ],
      ...more.user,
    },
    ...more.access,
  },
});
const read = (document: unknown) => parsed(Buffer.from(JSON.stringify(document)), identityOfV2(asked));

test('a token of Rackspace tells its tenant, the roles in it, and what only Rackspace knows', () => {
  const identity = read(accessOf());
  assert.deepEqual(identity?.user, { id: '123', name: 'jqsmith', domain: undefined });
  assert.deepEqual(identity?.project, { id: '345', name: 'My Project', domain: undefined });
  assert.deepEqual(
    identity?.roles,
    ['compute:default', 'identity:user-admin'],
    'roles of another tenant grant nothing',
  );
  assert.equal(identity?.expiresAt, Date.parse('2199-04-13T18:15:00Z'));
  assert.deepEqual(identity?.rackspace, {
    defaultRegion: 'DFW',
    contactId: 'c-77',
    authenticatedBy: ['PASSWORD', 'PASSCODE'],
    groups: [],
    impersonatorRoles: [],
  });
  assert.equal(identity?.issuedAt, undefined);
});

test('an impersonated token tells who acts', () => {
  const impersonator = { id: '9', name: 'a.racker', roles: [{ id: '1', name: 'Racker' }] };
  const identity = read(accessOf({ access: { 'RAX-AUTH:impersonator': impersonator } }));
  assert.deepEqual(identity?.impersonator, { id: '9', name: 'a.racker' });
  assert.deepEqual(identity?.rackspace?.impersonatorRoles, ['Racker']);
});

test('a token of Keystone has no such traits, and its times may lack a zone', () => {
  const identity = read({
    access: {
      token: {
        id: asked,
        expires: '2199-01-01T00:00:00Z',
        issued_at: '2026-11-23T14:23:40.123456',
        audit_ids: ['a1'],
      },
      user: { id: 'u', username: 'demo', roles: [], roles_links: [] },
      metadata: { is_admin: 0, roles: [] },
    },
  });
  assert.equal(identity?.rackspace, undefined);
  assert.equal(identity?.user.name, 'demo');
  assert.equal(identity?.project, undefined);
  assert.equal(identity?.issuedAt, Date.UTC(2026, 10, 23, 14, 23, 40, 123));
  assert.equal(identity?.auditId, 'a1');
});

test('a bound token is known as such', () => {
  assert.equal(read(accessOf({ token: { bind: { kerberos: 'x' } } }))?.bound, true);
});

for (const [name, document] of [
  ['about another token', accessOf({ token: { id: 'other' } })],
  ['without end', accessOf({ token: { expires: undefined } })],
  ['without user id', accessOf({ user: { id: undefined } })],
  ['of a tenant without roles', accessOf({ user: { roles: undefined } })],
  ['with a role without name', accessOf({ user: { roles: [{ id: '1' }] } })],
  ['in the shape of v3', { token: {} }],
] as const) {
  test(`an answer ${name} is unreadable`, () => assert.equal(read(document), undefined));
}

const signIn: RawAnswer = (socket, _request, count) =>
  socket.write(
    rawJson('200 OK', { access: { token: { id: `own-${count}`, expires: '2199-01-01T00:00:00Z' } } }),
  );

const v2 = async (t: TestContext, credential: KeystoneV2Credential, validate: RawAnswer, groups = false) => {
  const keystone = await startScriptedKeystone(t, validate, signIn);
  const source = createKeystoneV2({
    client: keystone.client,
    credential,
    groups,
    clock: { now: Date.now },
    log: recordingLog(),
  });
  return { keystone, source };
};
const bodyOf = (request = ''): unknown => JSON.parse(request.slice(request.indexOf('\r\n\r\n') + 4));

test('a token is asked for by its name in the path, encoded, with the own token in the header', async (t) => {
  const credential = {
    kind: 'password',
    username: 'gw',
    password: new Secret('pw'),
    project: 'service',
  } as const;
  const { keystone, source } = await v2(t, credential, (socket) =>
    socket.write(rawJson('200 OK', accessOf())),
  );
  assert.equal((await source.lookup(asked, patience())).kind, 'valid');
  assert.match(keystone.validations()[0] ?? '', new RegExp(`^GET /v2\\.0/tokens/${asked} HTTP`));
  assert.match(keystone.validations()[0] ?? '', /^x-auth-token: own-1\r$/im);
  assert.deepEqual(bodyOf(keystone.signIns()[0]), {
    auth: { passwordCredentials: { username: 'gw', password: 'pw' }, tenantName: 'service' },
  });
  await source.lookup('a/../b?c#d', patience());
  assert.match(keystone.validations()[1] ?? '', /^GET \/v2\.0\/tokens\/a%2F\.\.%2Fb%3Fc%23d HTTP/);
});

test('an API key of Rackspace signs in too', async (t) => {
  const credential = { kind: 'api-key', username: 'gw', apiKey: new Secret('k') } as const;
  const { keystone, source } = await v2(t, credential, (socket) =>
    socket.write(rawJson('200 OK', accessOf())),
  );
  await source.lookup(asked, patience());
  assert.deepEqual(bodyOf(keystone.signIns()[0]), {
    auth: { 'RAX-KSKEY:apiKeyCredentials': { username: 'gw', apiKey: 'k' } },
  });
});

test('names below /tokens that are no tokens are not asked for', async (t) => {
  const { keystone, source } = await v2(t, { kind: 'caller' }, () => assert.fail('asked'));
  for (const token of ['.', '..', 'revoked', 'REVOKED', 'OS-PKI']) {
    assert.deepEqual(await source.lookup(token, patience()), { kind: 'invalid' });
  }
  assert.equal(keystone.requests.length, 0);
});

test('a token that Rackspace does not know is invalid', async (t) => {
  const unknown = rawJson('404 Not Found', { itemNotFound: { code: 404, message: 'Token not found.' } });
  const { source } = await v2(t, { kind: 'caller' }, (socket) => socket.write(unknown));
  assert.deepEqual(await source.lookup(asked, patience()), { kind: 'invalid' });
});

const groupsOf = async (t: TestContext, answer: Buffer) => {
  const { keystone, source } = await v2(
    t,
    { kind: 'caller' },
    (socket, request) => socket.write(request.includes('RAX-KSGRP') ? answer : rawJson('200 OK', accessOf())),
    true,
  );
  const found = await source.lookup(asked, patience());
  assert.match(keystone.validations()[1] ?? '', /^GET \/v2\.0\/users\/123\/RAX-KSGRP HTTP/);
  return found;
};

test('the groups of a user are asked for where they are wanted', async (t) => {
  const groups = {
    'RAX-KSGRP:groups': [
      { id: '0', name: 'Default' },
      { id: '1', name: 'Restricted' },
    ],
  };
  const found = await groupsOf(t, rawJson('200 OK', groups));
  assert.deepEqual(found.kind === 'valid' && found.identity.rackspace?.groups, ['Default', 'Restricted']);
  assert.equal(found.kind === 'valid' && found.identity.rackspace?.defaultRegion, 'DFW');
});

test('a user without groups is valid, and an outage of the groups is an outage', async (t) => {
  const none = await groupsOf(t, rawJson('404 Not Found', { itemNotFound: { code: 404 } }));
  assert.deepEqual(none.kind === 'valid' && none.identity.rackspace?.groups, []);
  assert.deepEqual(await groupsOf(t, rawJson('403 Forbidden', {})), {
    kind: 'unavailable',
    reason: 'status',
  });
  assert.deepEqual(await groupsOf(t, rawJson('200 OK', { groups: [] })), {
    kind: 'unavailable',
    reason: 'malformed',
  });
});
