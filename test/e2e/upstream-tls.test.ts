import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createHttpClient } from '../../src/adapters/http-client.ts';
import { composeLookups } from '../../src/compose/lookups.ts';
import { makeAuthority } from '../support/certificates.ts';
import { goodConfig, keystone } from '../support/config-file.ts';
import { startEdge } from '../support/edge.ts';
import { exchangeRaw, faultOf, statuses } from '../support/raw-client.ts';
import { startTlsOrigin } from '../support/tls-origin.ts';

const authority = makeAuthority();
const service = authority.issue('service');
const gateway = authority.issue('gateway');
const stranger = makeAuthority('stranger').issue('gateway');

/** An upstream that serves only whom the authority vouches for. */
const demanding = (t: TestContext) =>
  startTlsOrigin(t, { ...service, ca: authority.ca, requestCert: true, rejectUnauthorized: true });

const ways = {
  'from memory': 'GET /a HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
  'as a stream': 'POST /a HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
};

for (const [way, request] of Object.entries(ways)) {
  const [method] = request.split(' ');
  const call = request.replace('HOST', 'images.example');

  test(`an upstream that demands a certificate gets the gateway's ${way}`, async (t) => {
    const origin = await demanding(t);
    const tls = { ca: authority.ca, ...gateway };
    const edge = await startEdge(t, { url: `https://127.0.0.1:${origin.port}`, tls });
    const { text } = await exchangeRaw(edge.port, call);
    assert.deepEqual(statuses(text), [200], text);
    assert.deepEqual(origin.seen, [`${method} /a no name gateway`]);
  });

  for (const [whose, pair] of [
    ['no certificate', {}],
    ["a stranger's certificate", stranger],
  ] as const) {
    test(`an upstream that demands a certificate refuses ${whose} ${way}, and the client gets 502`, async (t) => {
      const origin = await demanding(t);
      const tls = { ca: authority.ca, ...pair };
      const edge = await startEdge(t, { url: `https://127.0.0.1:${origin.port}`, tls });
      const { text } = await exchangeRaw(edge.port, call);
      assert.deepEqual(statuses(text), [502], text);
      assert.deepEqual(origin.seen, []);
    });
  }

  test(`an upstream whose certificate has another name is not sent anything ${way}`, async (t) => {
    const origin = await startTlsOrigin(t, authority.issue('other', ['DNS:other.example', 'IP:127.0.0.2']));
    const edge = await startEdge(t, { url: `https://127.0.0.1:${origin.port}`, tls: { ca: authority.ca } });
    // What the client calls us must not decide whom we believe.
    for (const host of ['images.example', 'other.example', '127.0.0.2']) {
      const { text } = await exchangeRaw(edge.port, request.replace('HOST', host));
      assert.deepEqual(statuses(text), [502], text);
      assert.match(faultOf(text)['computeFault']?.message ?? '', /secure connection/);
    }
    assert.deepEqual(origin.seen, []);
  });

  test(`an upstream is asked by its own name ${way}, whatever the client calls the gateway`, async (t) => {
    const origin = await startTlsOrigin(t, service);
    const edge = await startEdge(t, { url: `https://localhost:${origin.port}`, tls: { ca: authority.ca } });
    for (const host of ['images.example', 'other.example', 'images.example:8443', '[::1]']) {
      const { text } = await exchangeRaw(edge.port, request.replace('HOST', host));
      assert.deepEqual(statuses(text), [200], text);
    }
    assert.deepEqual([...new Set(origin.seen)], [`${method} /a localhost nobody`]);
    assert.equal(origin.connections(), 1, 'one connection serves them all');
  });

  test(`the name in the certificate may be another than the host ${way}, where the settings say so`, async (t) => {
    const origin = await startTlsOrigin(t, authority.issue('service', ['DNS:nova.internal']));
    const tls = { ca: authority.ca, servername: 'nova.internal' };
    const edge = await startEdge(t, { url: `https://localhost:${origin.port}`, tls });
    const { text } = await exchangeRaw(edge.port, call);
    assert.deepEqual(statuses(text), [200], text);
    assert.deepEqual(origin.seen, [`${method} /a nova.internal nobody`]);
  });
}

test("the gateway's own calls use the name of the settings, also where the address has a name", async (t) => {
  const origin = await startTlsOrigin(t, authority.issue('keystone', ['DNS:keystone.internal']));
  const client = createHttpClient({
    origin: `https://localhost:${origin.port}`,
    connections: 1,
    timeoutMs: 3000,
    tls: { ca: authority.ca, servername: 'keystone.internal' },
  });
  t.after(() => client.close());
  const answer = await client.request({ method: 'GET', path: '/v3' });
  assert.equal(answer.kind, 'answered');
  assert.deepEqual(origin.seen, ['GET /v3 keystone.internal nobody']);
});

test('look-ups show the certificate of the upstream that they ask, and verify its own', async (t) => {
  const origin = await demanding(t);
  const lookUp = async (tls: string) => {
    const upstreams = `upstreams: { compute: { url: "https://127.0.0.1:${origin.port}", api: /v2.1${tls} } }\n`;
    const pems = { ca: authority.ca, cert: gateway.cert, key: gateway.key };
    const config = await goodConfig(t, `version: 1\n${upstreams}${keystone}`, pems);
    const lookups = composeLookups(config, { now: () => 0 }, undefined);
    t.after(() => lookups.close());
    const caller = { token: 'token', projectId: 'p', userId: 'u' };
    return lookups.ports.images.image('compute', 'id', caller, AbortSignal.timeout(3000));
  };
  const found = await lookUp(', tls: { ca: file:ca, cert: file:cert, key: file:key }');
  assert.equal(found.kind, 'found');
  assert.deepEqual(origin.seen, ['GET /v2.1/images/id/metadata no name gateway']);
  assert.equal((await lookUp(', tls: { ca: file:ca }')).kind, 'unavailable');
  assert.deepEqual(await lookUp(''), { kind: 'unavailable', reason: 'tls' });
});
