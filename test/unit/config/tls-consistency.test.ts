import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeAuthority } from '../../support/certificates.ts';
import { configProblems, keystone } from '../../support/config-file.ts';

const authority = makeAuthority();
const own = authority.issue('gateway');
const other = authority.issue('other');
const pems = { 'ca.pem': authority.ca, 'own.pem': own.cert, 'own.key': own.key, 'other.key': other.key };

const withTls = (tls: string, scheme = 'https'): string =>
  `version: 1
upstreams: { compute: { url: "${scheme}://nova:8774", api: /v2.1, tls: ${tls} } }
${keystone}`;

for (const [name, tls, problem] of [
  [
    'a key of another certificate',
    '{ cert: file:own.pem, key: file:other.key }',
    '"key" does not belong to the certificate in "cert".',
  ],
  [
    'a key without a certificate',
    '{ key: file:own.key }',
    '"cert" is missing in "tls": it belongs to "key".',
  ],
  [
    'a certificate without a key',
    '{ cert: file:own.pem }',
    '"key" is missing in "tls": it belongs to "cert".',
  ],
  [
    'a key where the certificate belongs',
    '{ cert: file:own.key, key: file:own.key }',
    '"cert" must be a certificate in PEM.',
  ],
  [
    'a certificate where the key belongs',
    '{ cert: file:own.pem, key: file:own.pem }',
    '"key" must be a private key in PEM without a password.',
  ],
  ['an authority that is none', '{ ca: file:own.key }', '"ca" must be one or more certificates in PEM.'],
] as const) {
  test(`${name} is told where it stands`, async (t) => {
    const problems = await configProblems(t, withTls(tls), pems);
    assert.equal(problems.length, 1, problems.join('\n'));
    const [first = ''] = problems;
    assert.match(first, /^gateway\.yaml:2:\d+: /);
    assert.ok(first.endsWith(`: ${problem}`), first);
  });
}

test('a sound pair and its authority are taken', async (t) => {
  const tls = '{ ca: file:ca.pem, cert: file:own.pem, key: file:own.key, serverName: nova.internal }';
  assert.deepEqual(await configProblems(t, withTls(tls), pems), []);
});

test('certificates have no use where nothing is encrypted', async (t) => {
  const problems = await configProblems(t, withTls('{ ca: file:ca.pem }', 'http'), pems);
  assert.match(problems.join(), /"tls" needs an "url" that begins with https/);
});

const listening = (tls: string, listener = 'listen'): string =>
  `version: 1
${listener}: { port: 8443, tls: ${tls} }
upstreams: { compute: { url: "http://nova:8774", api: /v2.1 } }
${keystone}`;
const pair = 'cert: file:own.pem, key: file:own.key';

for (const [name, tls, problem] of [
  ['a key of another certificate', '{ cert: file:own.pem, key: file:other.key }', '"key" does not belong'],
  [
    'a key of another certificate by name',
    `{ ${pair}, sni: [{ names: [a.example], cert: file:own.pem, key: file:other.key }] }`,
    '"key" does not belong',
  ],
  [
    'a name with two certificates',
    `{ ${pair}, sni: [{ names: [a.example], ${pair} }, { names: [b.example, A.example], ${pair} }] }`,
    '"A.example" has a certificate already.',
  ],
  ['a name that is none', `{ ${pair}, sni: [{ names: ["a.*.example"], ${pair} }] }`, 'must be a host name'],
  ['authorities of clients that are none', `{ ${pair}, clients: { ca: file:own.key } }`, '"ca" must be one'],
  ['a key that is missing', '{ cert: file:own.pem }', '"key" is missing'],
] as const)
  for (const listener of ['listen', 'admin'])
    test(`of ${listener}, ${name} is told where it stands`, async (t) => {
      const problems = await configProblems(t, listening(tls, listener), pems);
      assert.equal(problems.length, 1, problems.join('\n'));
      const [first = ''] = problems;
      assert.match(first, /^gateway\.yaml:2:\d+: /);
      assert.ok(first.includes(problem), first);
    });

test('a listener takes certificates by name and authorities of clients', async (t) => {
  const tls = `{ ${pair}, minVersion: TLSv1.3, sni: [{ names: ["*.a.example", a.example], ${pair} }], clients: { ca: file:ca.pem } }`;
  assert.deepEqual(await configProblems(t, listening(tls), pems), []);
});
