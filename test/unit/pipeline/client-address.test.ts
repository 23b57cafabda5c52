import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clientAddressOf, plainAddress, trustedPeers } from '../../../src/pipeline/client-address.ts';

describe('trustedPeers', () => {
  const trusted = trustedPeers(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1']);

  test('knows addresses and networks of both families', () => {
    for (const address of ['10.1.2.3', '192.0.2.1', '2001:db8::7', '::1'])
      assert.ok(trusted(address), address);
    for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::1', '', 'x'])
      assert.ok(!trusted(address), address);
  });

  test('trusts nobody when no network is given', () => {
    assert.equal(trustedPeers([])('127.0.0.1'), false);
  });

  test('does not take what is no address or network', () => {
    for (const network of ['nonsense', '10.0.0.0/99', '300.1.1.1'])
      assert.throws(() => trustedPeers([network]));
  });
});

describe('clientAddressOf', () => {
  const trusted = trustedPeers(['10.0.0.0/8']);
  const rows: [name: string, forwardedFor: string, client: string][] = [
    ['the only address', '203.0.113.5', '203.0.113.5'],
    ['the last one that is not a proxy', '1.1.1.1, 203.0.113.5, 10.0.0.2', '203.0.113.5'],
    ['the first proxy when all are proxies', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['nothing left of an entry that is no address', '203.0.113.5, unknown, 10.0.0.2', '10.0.0.2'],
    ['the peer when the entry is no address', 'unknown', '10.0.0.1'],
    ['an address with a port', '203.0.113.5:4711', '203.0.113.5'],
    ['an IPv6 address with a port', '[2001:db8::1]:4711', '2001:db8::1'],
    ['an IPv4 address in IPv6 form', '::ffff:203.0.113.5', '203.0.113.5'],
  ];
  for (const [name, forwardedFor, client] of rows) {
    test(`takes ${name}`, () => assert.equal(clientAddressOf('10.0.0.1', forwardedFor, trusted), client));
  }
});

test('plainAddress leaves real IPv6 addresses alone', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('2001:db8::1'), '2001:db8::1');
  assert.equal(plainAddress('::ffff:x'), '::ffff:x');
});
