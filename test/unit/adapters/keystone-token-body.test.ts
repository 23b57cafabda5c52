import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { identityOfV3, instant, parsed } from '../../../src/adapters/keystone-token-body.ts';
import { later, tokenBody } from '../../support/scripted-keystone.ts';

const read = (document: unknown) => parsed(Buffer.from(JSON.stringify(document)), identityOfV3);

test('a project-scoped token tells user, project, roles, end and audit id', () => {
  const identity = read(tokenBody());
  assert.deepEqual(identity?.user, {
    id: 'd86c3f2465804c0ea973614f0eff95c2',
    name: 'demo',
    domain: { id: 'default', name: 'Default' },
  });
  assert.equal(identity?.project?.id, '2026ec0ffe06400598b5540879930682');
  assert.deepEqual(identity?.roles, ['member', 'reader']);
  assert.equal(identity?.expiresAt, Date.parse('2199-01-01T00:00:00Z'));
  assert.equal(identity?.auditId, 'fQS62hvmQMW-g5lfpl3kuw');
  assert.equal(identity?.issuedAt, Date.UTC(2026, 10, 23, 14, 23, 40));
  assert.equal(identity?.accessRules, undefined);
  assert.equal(identity?.bound, false);
});

test('domain, system and no scope are told apart', () => {
  const domain = read(tokenBody({ project: undefined, domain: { id: 'd', name: 'D' } }));
  assert.deepEqual([domain?.project, domain?.domain?.id, domain?.systemScope], [undefined, 'd', undefined]);
  const system = read(tokenBody({ project: undefined, system: { all: true } }));
  assert.deepEqual([system?.project, system?.systemScope], [undefined, 'all']);
  const none = read(tokenBody({ project: undefined, roles: undefined }));
  assert.deepEqual(
    [none?.project, none?.domain, none?.systemScope, none?.roles],
    [undefined, undefined, undefined, []],
  );
});

test('access rules, binding, impersonation and the admin project are read', () => {
  const rule = { id: 'r', service: 'compute', method: 'GET', path: '/v2.1/servers/**' };
  const identity = read(
    tokenBody({
      application_credential: { id: 'a', name: 'n', restricted: true, access_rules: [rule] },
      'OS-TRUST:trust': {
        impersonation: true,
        trustee_user: { id: 'trustee' },
        trustor_user: { id: 'trustor' },
      },
      is_admin_project: true,
    }),
  );
  assert.deepEqual(identity?.accessRules, [{ service: 'compute', method: 'GET', path: '/v2.1/servers/**' }]);
  assert.equal(identity?.impersonator?.id, 'trustee');
  assert.equal(identity?.isAdminProject, true);
  assert.deepEqual(
    read(tokenBody({ application_credential: { id: 'a', access_rules: [] } }))?.accessRules,
    [],
  );
});

for (const [name, binding] of [
  ['a Kerberos binding', { bind: { kerberos: 'USER@REALM' } }],
  ['a binding in an unknown form', { bind: 'x509' }],
  ['an OAuth 2.0 client certificate', { oauth2_credential: { 'x5t#S256': 'abc' } }],
] as const) {
  test(`${name} makes a token bound`, () => assert.equal(read(tokenBody(binding))?.bound, true));
}
test('an empty binding binds nothing', () => assert.equal(read(tokenBody({ bind: {} }))?.bound, false));

const broken: readonly (readonly [string, unknown])[] = [
  ['no token member', {}],
  ['a list', []],
  ['null', null],
  ['no user', tokenBody({ user: undefined })],
  ['a user without id', tokenBody({ user: { name: 'demo' } })],
  ['an empty user id', tokenBody({ user: { id: '' } })],
  ['a user id that is a number', tokenBody({ user: { id: 7 } })],
  ['no end', tokenBody({ expires_at: undefined })],
  ['an end that is null', tokenBody({ expires_at: null })],
  ['an end that is a word', tokenBody({ expires_at: 'never' })],
  ['a scope without roles', tokenBody({ roles: undefined })],
  ['roles that are words', tokenBody({ roles: ['member'] })],
  ['a role without name', tokenBody({ roles: [{ id: 'x' }] })],
  ['a project without id', tokenBody({ project: { name: 'demo' } })],
  ['access rules that are no list', tokenBody({ application_credential: { access_rules: {} } })],
  [
    'an access rule without path',
    tokenBody({ application_credential: { access_rules: [{ service: 'a', method: 'GET' }] } }),
  ],
];
for (const [name, document] of broken) {
  test(`a body with ${name} is unreadable`, () => assert.equal(read(document), undefined));
}

test('a time without zone is UTC, and one with an offset is converted', () => {
  assert.equal(instant('2026-11-23T15:23:40'), Date.UTC(2026, 10, 23, 15, 23, 40));
  assert.equal(instant('2026-11-23T15:23:40.000-05:00'), Date.UTC(2026, 10, 23, 20, 23, 40));
  assert.equal(instant(later), Date.UTC(2199, 0, 1));
});

test('no body, whatever its bytes, makes the reader throw or name a user it does not contain', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)), (bytes) => {
      assert.equal(parsed(bytes, identityOfV3), undefined);
    }),
  );
});

test('with any one member replaced by anything, the result is an identity with its needed parts, or none', () => {
  const members = Object.keys(tokenBody().token);
  fc.assert(
    fc.property(fc.constantFrom(...members), fc.jsonValue(), (member, value) => {
      const identity = read(tokenBody({ [member]: value }));
      if (identity === undefined) return;
      assert.ok(identity.user.id.length > 0 && Number.isFinite(identity.expiresAt));
      assert.ok(identity.roles.every((role) => typeof role === 'string' && role.length > 0));
    }),
  );
});
