import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { identityHeaderNames } from '../../../src/core/identity-headers.ts';
import { serviceHeadersOf, upstreamHeadersOf } from '../../../src/stages/identity-upstream-headers.ts';
import { identity } from '../../support/tokens.ts';

const plain = upstreamHeadersOf({ compat: 'none', catalog: false });
const repose = upstreamHeadersOf({ compat: 'repose', catalog: true });

test('a project-scoped caller is told as keystonemiddleware tells it', () => {
  assert.deepEqual(
    { ...plain(identity({ expiresAt: Date.UTC(2026, 10, 23, 15, 23, 40), isAdminProject: true })) },
    {
      'x-user-id': 'u1',
      'x-user-name': 'demo',
      'x-user-domain-id': 'default',
      'x-user-domain-name': 'Default',
      'x-project-id': 'p1',
      'x-project-name': 'demo-project',
      'x-project-domain-id': 'default',
      'x-project-domain-name': 'Default',
      'x-roles': 'member,reader',
      'x-identity-status': 'Confirmed',
      'x-tenant-id': 'p1',
      'x-tenant-name': 'demo-project',
      'x-token-expires': '2026-11-23T15:23:40.000Z',
      'x-is-admin-project': 'True',
    },
  );
});

test('repose compatibility adds its own names', () => {
  const headers = repose(
    identity({
      rackspace: {
        defaultRegion: 'DFW',
        contactId: 'c',
        authenticatedBy: ['PASSWORD'],
        groups: ['g1', 'g2'],
        impersonatorRoles: ['racker'],
      },
    }),
  );
  assert.equal(headers['x-authorization'], 'Proxy p1');
  assert.equal(headers['x-pp-user'], 'demo');
  assert.equal(headers['x-pp-groups'], 'g1;q=1.0,g2;q=1.0');
  assert.deepEqual(JSON.parse(Buffer.from(headers['x-map-roles'] ?? '', 'base64').toString()), {
    p1: ['member', 'reader'],
  });
  assert.equal(headers['x-default-region'], 'DFW');
  assert.equal(repose(identity({ project: undefined }))['x-authorization'], 'Proxy');
});

test('names in any language travel as UTF-8 bytes', () => {
  const { 'x-user-name': name = '' } = plain(
    identity({ user: { id: 'u', name: 'Zoë 漢', domain: undefined } }),
  );
  assert.equal(Buffer.from(name, 'latin1').toString('utf8'), 'Zoë 漢');
});

test('a role whose name has a comma is left out, since it would be read as two', () => {
  assert.equal(plain(identity({ roles: ['member', 'x,admin', 'reader'] }))['x-roles'], 'member,reader');
});

test('nothing that Keystone may call a user or project can break out of its header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (name, role) => {
      const one = identity({ user: { id: 'u', name, domain: undefined }, roles: [role] });
      for (const value of [...Object.values(plain(one)), ...Object.values(serviceHeadersOf(one))]) {
        assert.match(value, /^[\x20-\x7e\x80-\xff]*$/);
      }
    }),
  );
  assert.doesNotThrow(() => plain(identity({ user: { id: 'u', name: '\ud800\r\n', domain: undefined } })));
});

test('the same identity gives the same object, another one its own', () => {
  const one = identity();
  assert.equal(plain(one), plain(one));
  assert.notEqual(plain(one), plain(identity()));
});

test('every header that is ever set is on the list of those taken out of each request', () => {
  const full = identity({
    domain: { id: 'd', name: 'D' },
    systemScope: 'all',
    isAdminProject: false,
    impersonator: { id: 'i', name: 'I' },
    catalog: [],
    rackspace: {
      defaultRegion: 'DFW',
      contactId: 'c',
      authenticatedBy: ['x'],
      groups: ['g'],
      impersonatorRoles: ['r'],
    },
  });
  const names = [...Object.keys(repose(full)), ...Object.keys(serviceHeadersOf(full))];
  for (const name of names) assert.ok(identityHeaderNames.has(name), name);
});

test('the catalogue goes out in the shape of API v2.0, in ASCII', () => {
  const endpoint = (kind: string, region = 'R1') => ({
    id: 'x',
    interface: kind,
    region,
    url: `http://${kind}.${region}`,
  });
  const catalog = [
    {
      type: 'compute',
      name: 'növa',
      id: 's',
      endpoints: [endpoint('public'), endpoint('internal'), endpoint('public', 'R2')],
    },
  ];
  const value = repose(identity({ catalog }))['x-service-catalog'] ?? '';
  assert.match(value, /^[\x20-\x7e]*$/);
  assert.deepEqual(JSON.parse(value), [
    {
      type: 'compute',
      name: 'növa',
      endpoints: [
        { region: 'R1', publicURL: 'http://public.R1', internalURL: 'http://internal.R1' },
        { region: 'R2', publicURL: 'http://public.R2' },
      ],
    },
  ]);
  const v2 = [{ type: 'compute', name: 'nova', endpoints: [{ region: 'R1', publicURL: 'http://x' }] }];
  assert.deepEqual(JSON.parse(repose(identity({ catalog: v2 }))['x-service-catalog'] ?? ''), v2);
  assert.equal(plain(identity({ catalog }))['x-service-catalog'], undefined);
});
