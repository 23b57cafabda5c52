import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientNetwork } from '../../../src/stages/client-network.ts';

const table: readonly (readonly [string, string])[] = [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:0db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
];

for (const [address, network] of table)
  test(`${address} is counted as ${network}`, () => assert.equal(clientNetwork(address), network));

test('an IPv6 address is within the network that it is counted as, however it is written', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      fc.pre(!/^::ffff:\d+\./i.test(address));
      const network = clientNetwork(address);
      const list = new BlockList();
      list.addSubnet(network.slice(0, -'/64'.length), 64, 'ipv6');
      assert.ok(list.check(address, 'ipv6'), `${address} in ${network}`);
    }),
  );
});
