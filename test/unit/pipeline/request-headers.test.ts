import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fieldsOf } from '../../../src/core/header-list.ts';
import { foldHeaderName, identityHeaderNames } from '../../../src/core/identity-headers.ts';
import { type CleanHeaders, cleanRequestHeaders, type Peer } from '../../../src/pipeline/request-headers.ts';

const peer: Peer = { address: '192.0.2.9', encrypted: false, httpVersion: '1.1', trusted: () => false };
const behindProxy: Peer = { ...peer, trusted: (address) => address.startsWith('192.0.2.') };

const ok = (result: CleanHeaders) => {
  assert.ok(result.kind === 'ok', JSON.stringify(result));
  return { ...result, forward: fieldsOf(result.forward) };
};
const clean = (raw: string[], from: Peer = peer) =>
  ok(cleanRequestHeaders(['Host', 'api.example', ...raw], from));
const refusal = (raw: string[], from: Peer = peer) => {
  const result = cleanRequestHeaders(raw, from);
  assert.ok(result.kind === 'refused', 'was accepted');
  return result;
};

/** Upper and lower case at random, and `_` for some of the dashes. */
const spelling = (name: string) =>
  fc
    .tuple(...[...name].map((c) => fc.constantFrom(c, c.toUpperCase(), ...(c === '-' ? ['_'] : []))))
    .map((letters) => letters.join(''));

const ours = {
  via: '1.1 images-gateway',
  'x-forwarded-for': '192.0.2.9',
  'x-forwarded-proto': 'http',
};

describe('cleanRequestHeaders', () => {
  test('forwards ordinary headers as they are and adds what a proxy owes', () => {
    const { seen, forward, clientAddress, spoofed } = clean([
      'Accept',
      'a',
      'X-Thing',
      'b',
      'Content-Type',
      'text/x',
    ]);
    const sent = { host: 'api.example', accept: 'a', 'x-thing': 'b', 'content-type': 'text/x' };
    assert.deepEqual({ ...seen }, sent);
    assert.deepEqual({ ...forward }, { ...sent, ...ours });
    assert.equal(clientAddress, '192.0.2.9');
    assert.equal(spoofed, 0);
  });

  test('keeps repeated headers as lists', () => {
    const { seen, forward } = clean([
      'X-Auth-Token',
      'a',
      'x-auth-token',
      'b',
      'Cookie',
      'c',
      'Cookie',
      'd',
      'Cookie',
      'e',
    ]);
    assert.deepEqual(seen['x-auth-token'], ['a', 'b']);
    assert.deepEqual(forward['cookie'], ['c', 'd', 'e']);
  });

  test('takes out every header that claims an identity, in any case and with underscores', () => {
    const spelled = fc.constantFrom(...identityHeaderNames).chain(spelling);
    fc.assert(
      fc.property(fc.array(spelled, { minLength: 1, maxLength: 5 }), (names) => {
        const { seen, forward, spoofed } = clean(names.flatMap((name) => [name, 'admin']));
        for (const name of [...Object.keys(seen), ...Object.keys(forward)]) {
          assert.ok(!identityHeaderNames.has(foldHeaderName(name)), name);
        }
        assert.equal(spoofed, names.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('never forwards two names that a WSGI server folds into one that is trusted', () => {
    const trusted = [
      'x-auth-token',
      'content-length',
      'content-type',
      'host',
      'x-forwarded-proto',
      'authorization',
    ];
    const spelled = fc.constantFrom(...trusted).chain(spelling);
    fc.assert(
      fc.property(spelled, (name) => {
        if (!name.includes('_')) return;
        const { seen, forward, spoofed } = clean([name, 'x']);
        assert.equal(forward[name.toLowerCase()], undefined);
        assert.equal(seen[name.toLowerCase()], 'x');
        assert.equal(spoofed, 1);
      }),
    );
  });

  test('forwards underscores in names that nobody trusts', () => {
    assert.equal(clean(['X_Custom_Thing', 'a']).forward['x_custom_thing'], 'a');
  });

  const hopByHop = [
    'Keep-Alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'HTTP2-Settings',
    'Expect',
    'Proxy',
  ];
  for (const name of [
    ...hopByHop,
    'Proxy-Connection',
    'Proxy-Authorization',
    'Forwarded',
    'X-Real-IP',
    'X-Rewrite-URL',
  ]) {
    test(`does not forward ${name}`, () => {
      const { seen, forward } = clean([name, 'x', 'Connection', 'close']);
      assert.deepEqual(Object.keys(forward).sort(), ['host', ...Object.keys(ours)].sort());
      assert.deepEqual(Object.keys(seen), ['host']);
    });
  }

  test('shows the content length to the stages and leaves it to the forwarder to write one', () => {
    const { seen, forward } = clean(['Content-Length', '5']);
    assert.equal(seen['content-length'], '5');
    assert.equal(forward['content-length'], undefined);
  });

  test('takes out what Connection names, wherever it stands', () => {
    const { seen, forward } = clean(['X-A', '1', 'Connection', 'close, x-a, X-B', 'X-B', '2', 'X-C', '3']);
    for (const fields of [seen, forward]) {
      assert.equal(fields['x-a'], undefined);
      assert.equal(fields['x-b'], undefined);
      assert.equal(fields['x-c'], '3');
    }
  });

  for (const name of [
    'x-roles',
    'X_Roles',
    'X-Auth-Token',
    'host',
    'Content-Length',
    'authorization',
    'X-Forwarded-For',
    'transfer-encoding',
  ]) {
    test(`refuses a Connection header that names ${name}`, () => {
      const result = refusal(['Host', 'a', 'Connection', `keep-alive, ${name}`]);
      assert.equal(result.fault, 'bad-request');
      assert.match(result.message, /"Connection" must not name/);
    });
  }

  for (const name of [
    'X-HTTP-Method-Override',
    'x-http-method',
    'X-Method-Override',
    'X_HTTP_Method_Override',
  ]) {
    test(`refuses ${name}`, () => {
      assert.equal(refusal(['Host', 'a', name, 'DELETE']).fault, 'method-override');
    });
  }

  const bad: [name: string, raw: string[], message: RegExp][] = [
    ['two Host headers', ['Host', 'a', 'host', 'a'], /"host" stands twice/],
    [
      'two Content-Type headers',
      ['Host', 'a', 'Content-Type', 'a/b', 'content-type', 'a/b'],
      /"content-type" stands twice/,
    ],
    ['no Host', ['Accept', 'a'], /"Host" is missing/],
    ['an empty Host', ['Host', ''], /not a host name/],
    ['a Host with a path', ['Host', 'a/b'], /not a host name/],
    ['a Host with a user', ['Host', 'a@b'], /not a host name/],
    ['a list in Host', ['Host', 'a, b'], /not a host name/],
    ['a loop', ['Host', 'a', ...Array(4).fill(['Via', '1.1 images-gateway']).flat()], /several times/],
  ];
  for (const [name, raw, message] of bad) {
    test(`refuses ${name}`, () => assert.match(refusal(raw).message, message));
  }

  for (const host of ['api', 'api.example:9292', '192.0.2.1', '[2001:db8::1]:80', 'a_b']) {
    test(`takes the Host ${host}`, () => {
      assert.equal(cleanRequestHeaders(['Host', host], peer).kind, 'ok');
    });
  }

  test('does without a Host in HTTP/1.0 and says the version in Via', () => {
    const { forward } = ok(cleanRequestHeaders(['Via', '1.0 fred'], { ...peer, httpVersion: '1.0' }));
    assert.equal(forward['via'], '1.0 fred, 1.0 images-gateway');
  });

  test('ignores what an untrusted peer says of the client', () => {
    const said = ['X-Forwarded-For', '203.0.113.5', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'evil'];
    const { seen, forward, clientAddress } = clean(said);
    assert.deepEqual({ ...forward }, { host: 'api.example', ...ours });
    assert.deepEqual(Object.keys(seen), ['host']);
    assert.equal(clientAddress, '192.0.2.9');
  });

  test('continues what a trusted proxy says, and takes the last address that is not a proxy', () => {
    const said = [
      'X-Forwarded-For',
      '198.51.100.1, 203.0.113.5',
      'X-Forwarded-For',
      '192.0.2.8',
      'X-Forwarded-Proto',
      'HTTPS',
    ];
    const { forward, clientAddress } = clean([...said, 'X-Forwarded-Host', 'public.example'], behindProxy);
    assert.equal(forward['x-forwarded-for'], '198.51.100.1, 203.0.113.5, 192.0.2.8, 192.0.2.9');
    assert.equal(forward['x-forwarded-proto'], 'https');
    assert.equal(forward['x-forwarded-host'], 'public.example');
    assert.equal(clientAddress, '203.0.113.5');
  });

  test('a header named __proto__ is only a header', () => {
    const { forward } = clean(['__proto__', 'x', 'constructor', 'y']);
    assert.equal(Object.getPrototypeOf(forward), null);
    assert.equal(forward['constructor'], 'y');
  });
});
