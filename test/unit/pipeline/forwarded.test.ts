import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fieldsOf } from '../../../src/core/header-list.ts';
import { trustedPeers } from '../../../src/pipeline/client-address.ts';
import { ownHop, parseForwarded } from '../../../src/pipeline/forwarded.ts';
import { cleanRequestHeaders } from '../../../src/pipeline/request-headers.ts';

const clean = (address: string, ...headers: string[]) => {
  const result = cleanRequestHeaders(['Host', 'a', ...headers], {
    address,
    encrypted: false,
    httpVersion: '1.1',
    trusted: trustedPeers(['10.0.0.0/8', '2001:db8:f::/48']),
  });
  assert.equal(result.kind, 'ok');
  return result.kind === 'ok' ? { ...result, forward: fieldsOf(result.forward) } : assert.fail();
};

describe('parseForwarded', () => {
  const rows: [name: string, text: string, from: (string | undefined)[]][] = [
    ['one hop', 'for=192.0.2.60;proto=http;by=203.0.113.43', ['192.0.2.60']],
    ['names in any case', 'FOR=192.0.2.60;Proto=HTTPS', ['192.0.2.60']],
    ['several hops', 'for=192.0.2.43, for=198.51.100.17', ['192.0.2.43', '198.51.100.17']],
    ['an address of IPv6 in brackets and quotes', 'for="[2001:db8:cafe::17]"', ['2001:db8:cafe::17']],
    ['a port', 'for="[2001:db8:cafe::17]:4711", for="192.0.2.1:80"', ['2001:db8:cafe::17', '192.0.2.1']],
    ['a hidden port', 'for="192.0.2.1:_gazonk"', ['192.0.2.1']],
    ['hidden and unknown nodes', 'for=_hidden, for=unknown, by=x', [undefined, undefined, undefined]],
    ['a comma and a semicolon in quotes', 'for=192.0.2.1;host="a,b;c"', ['192.0.2.1']],
    ['an escape in quotes', 'for="192.0.2.\\1"', ['192.0.2.1']],
    ['empty elements', ', for=192.0.2.1;;,', ['192.0.2.1']],
    ['an address of IPv6 without brackets', 'for="2001:db8::1"', [undefined]],
    ['what is no address', 'for="300.1.1.1", for="[x]"', [undefined, undefined]],
  ];
  for (const [name, text, from] of rows) {
    test(`reads ${name}`, () =>
      assert.deepEqual(
        parseForwarded(text)?.map((hop) => hop.from),
        from,
      ));
  }

  for (const text of [
    'for',
    'for=',
    'for=a b',
    'for="a',
    'for=a;for=b',
    '=a',
    'for=192.0.2.1"',
    'for=[::1]',
  ]) {
    test(`does not read ${text}`, () => assert.equal(parseForwarded(text), undefined));
  }

  test('never throws, and is done in time, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'for=";, \\[]:a1.'), maxLength: 300 }), (text) => {
        parseForwarded(text);
      }),
    );
  });

  test('reads what we append', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.boolean(), (address, encrypted) => {
        const proto = encrypted ? 'https' : 'http';
        assert.deepEqual(parseForwarded(ownHop(address, encrypted)), [{ from: address, proto }]);
      }),
    );
  });
});

describe('Forwarded', () => {
  test('of a client that is no trusted proxy counts for nothing and does not leave', () => {
    const { forward, seen, clientAddress } = clean('203.0.113.9', 'Forwarded', 'for=192.0.2.1;proto=https');
    assert.equal(clientAddress, '203.0.113.9');
    assert.equal(forward['forwarded'], undefined);
    assert.equal(seen['forwarded'], undefined);
    assert.equal(forward['x-forwarded-for'], '203.0.113.9');
    assert.equal(forward['x-forwarded-proto'], 'http');
  });

  test('of a trusted proxy is read from the right, and leaves with our hop behind it', () => {
    const said = 'for=1.1.1.1;proto=http, for=192.0.2.1;proto=https, for=10.0.0.7;proto=http';
    const { forward, clientAddress } = clean('10.0.0.1', 'Forwarded', said);
    assert.equal(clientAddress, '192.0.2.1');
    assert.equal(forward['forwarded'], `${said}, for=10.0.0.1;proto=http`);
    assert.equal(forward['x-forwarded-for'], '1.1.1.1, 192.0.2.1, 10.0.0.7, 10.0.0.1');
    assert.equal(forward['x-forwarded-proto'], 'https');
  });

  test('that is not well formed names nobody and does not leave', () => {
    const { forward, clientAddress } = clean('10.0.0.1', 'Forwarded', 'for=192.0.2.1;for=192.0.2.2');
    assert.equal(clientAddress, '10.0.0.1');
    assert.equal(forward['forwarded'], undefined);
  });

  test('on several lines is one list', () => {
    const lines = ['Forwarded', 'for=192.0.2.1', 'forwarded', 'for=10.0.0.7'];
    assert.equal(clean('10.0.0.1', ...lines).clientAddress, '192.0.2.1');
  });

  test('that agrees with X-Forwarded-For is believed', () => {
    const both = ['Forwarded', 'for=192.0.2.1', 'X-Forwarded-For', '192.0.2.1, 10.0.0.7'];
    assert.equal(clean('10.0.0.1', ...both).clientAddress, '192.0.2.1');
  });

  test('that disagrees with X-Forwarded-For names nobody: one of them may be the client’s own', () => {
    const both = ['Forwarded', 'for=192.0.2.1', 'X-Forwarded-For', '192.0.2.2'];
    const { forward, clientAddress } = clean('10.0.0.1', ...both);
    assert.equal(clientAddress, '10.0.0.1');
    assert.equal(forward['forwarded'], undefined);
  });

  test('whatever a client writes, behind a proxy that appends one of the headers, it never chooses its address', () => {
    const address = fc.oneof(fc.ipV4(), fc.constantFrom('10.0.0.7', 'unknown', '_x'));
    const written = fc.array(address, { maxLength: 4 });
    const real = '203.0.113.77';
    fc.assert(
      fc.property(written, written, fc.boolean(), (forwarded, forwardedFor, appendsForwarded) => {
        const f = forwarded.map((from) => `for=${from}`);
        const x = [...forwardedFor];
        (appendsForwarded ? f : x).push(appendsForwarded ? `for=${real}` : real);
        const headers = [
          ...(f.length > 0 ? ['Forwarded', f.join(', ')] : []),
          ...(x.length > 0 ? ['X-Forwarded-For', x.join(', ')] : []),
        ];
        assert.ok([real, '10.0.0.1'].includes(clean('10.0.0.1', ...headers).clientAddress));
      }),
    );
  });

  test('of any client that is not trusted changes nothing of what the services behind are told', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }),
        fc.constantFrom('Forwarded', 'FORWARDED', 'forwarded'),
        (value, name) => {
          const { forward, clientAddress } = clean('203.0.113.9', name, value);
          assert.equal(clientAddress, '203.0.113.9');
          assert.deepEqual({ ...forward }, { ...clean('203.0.113.9').forward });
        },
      ),
    );
  });
});
