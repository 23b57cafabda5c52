import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { composeLookups } from '../../src/compose/lookups.ts';
import { makeAuthority } from '../support/certificates.ts';
import { goodConfig, keystone } from '../support/config-file.ts';
import { startEdge } from '../support/edge.ts';
import { freePort } from '../support/free-port.ts';
import { exchangeRaw, openRaw, statuses } from '../support/raw-client.ts';
import { type RawAnswer, rawAnswer, rawJson, startRawOrigin } from '../support/raw-origin.ts';
import { startTlsOrigin } from '../support/tls-origin.ts';
import { until } from '../support/until.ts';

const ok: RawAnswer = (socket) => socket.write(rawAnswer('200 OK', {}, 'well'));
const close = 'Host: a\r\nConnection: close\r\n';
const requests = {
  'a read': `GET /a HTTP/1.1\r\n${close}\r\n`,
  'a judged write': `DELETE /a HTTP/1.1\r\n${close}Content-Length: 3\r\n\r\nabc`,
  'a streamed write': `POST /a HTTP/1.1\r\n${close}Content-Length: 3\r\n\r\nabc`,
};
const statusOf = async (port: number, request: string): Promise<number | undefined> =>
  statuses((await exchangeRaw(port, request)).text)[0];
const nobody = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;
/** Bodies that are read are sent from memory; POST is streamed. */
const edgeTo = (t: TestContext, url: readonly string[], more: object = {}) => startEdge(t, { url, ...more });

test('requests go to all addresses in turn', async (t) => {
  const origins = [await startRawOrigin(t, ok), await startRawOrigin(t, ok), await startRawOrigin(t, ok)];
  const edge = await edgeTo(
    t,
    origins.map(({ origin }) => origin),
  );
  for (let call = 0; call < 9; call++) assert.equal(await statusOf(edge.port, requests['a read']), 200);
  assert.deepEqual(
    origins.map(({ requests: seen }) => seen.length),
    [3, 3, 3],
  );
});

for (const [kind, request] of Object.entries(requests)) {
  test(`${kind} goes to another address, whole, when nobody listens at the first`, async (t) => {
    const origin = await startRawOrigin(t, ok);
    const edge = await edgeTo(t, [await nobody(), origin.origin]);
    for (let call = 0; call < 4; call++) assert.equal(await statusOf(edge.port, request), 200);
    assert.equal(origin.requests.length, 4);
    if (kind !== 'a read') assert.ok(origin.requests.every((seen) => seen.endsWith('\r\n\r\nabc')));
    const [first, second] = edge.forwarder.health()['origin']?.targets ?? [];
    assert.deepEqual([first?.healthy, second?.healthy], [false, true]);
  });

  test(`${kind} is a 502 when nobody listens at any address`, async (t) => {
    const edge = await edgeTo(t, [await nobody(), await nobody()]);
    for (let call = 0; call < 3; call++) assert.equal(await statusOf(edge.port, request), 502);
  });

  test(`${kind} that was sent and got no answer is not sent to another address`, async (t) => {
    const origins = [1, 2].map(() => startRawOrigin(t, (socket) => socket.resetAndDestroy()));
    const [first, second] = await Promise.all(origins);
    const edge = await edgeTo(t, [first?.origin ?? '', second?.origin ?? '']);
    assert.equal(await statusOf(edge.port, request), 502);
    assert.equal((first?.requests.length ?? 0) + (second?.requests.length ?? 0), 1);
  });
}

test('a large upload reaches the second address byte for byte', async (t) => {
  const size = 1_000_000;
  const origin = await startRawOrigin(t, (socket, request) => {
    socket.write(rawAnswer('200 OK', {}, String(request.split('\r\n\r\n')[1]?.length)));
  });
  const edge = await edgeTo(t, [await nobody(), await nobody(), origin.origin]);
  const head = `POST /a HTTP/1.1\r\n${close}Content-Length: ${size}\r\n\r\n`;
  const { text } = await exchangeRaw(edge.port, head + 'x'.repeat(size));
  assert.ok(text.endsWith(`\r\n\r\n${size}`), text);
});

test('an upgrade to WebSocket finds the address that is there', async (t) => {
  const origin = await startRawOrigin(t, (socket) =>
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello',
    ),
  );
  const edge = await edgeTo(t, [await nobody(), origin.origin], { upgrade: true });
  const client = await openRaw(edge.port);
  client.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await until(() => client.received().includes('hello'), 'the upgrade is through');
  client.destroy();
});

test('an address without a certificate that holds is left out for one that has it', async (t) => {
  const authority = makeAuthority();
  const bad = await startTlsOrigin(t, makeAuthority('stranger').issue('service'));
  const good = await startTlsOrigin(t, authority.issue('service'));
  const urls = [bad, good].map(({ port }) => `https://127.0.0.1:${port}`);
  const edge = await edgeTo(t, urls, { tls: { ca: authority.ca } });
  for (const request of Object.values(requests)) assert.equal(await statusOf(edge.port, request), 200);
  assert.deepEqual([bad.seen.length, good.seen.length], [0, 3]);
});

test('checks take out an address that answers 500, and bring it back when it answers 300', async (t) => {
  let status = '500 Broken';
  const changing = await startRawOrigin(t, (socket) => socket.write(rawAnswer(status, {}, 'x')));
  const steady = await startRawOrigin(t, ok);
  const health = { path: '/versions', intervalMs: 20, timeoutMs: 1000, healthy: 2, unhealthy: 2 };
  const edge = await edgeTo(t, [changing.origin, steady.origin], { health });
  const isUp = () => edge.forwarder.health()['origin']?.targets?.[0]?.healthy;
  await until(() => isUp() === false, 'the first address is out');
  for (let call = 0; call < 4; call++) assert.equal(await statusOf(edge.port, requests['a read']), 200);
  assert.ok(changing.requests.every((seen) => seen.startsWith('GET /versions ')));
  status = '300 Multiple Choices';
  await until(() => isUp() === true, 'the first address is in again');
});

test('look-ups choose among the addresses too, and know what requests have learned of them', async (t) => {
  const origin = await startRawOrigin(t, (socket) => socket.write(rawJson('200 OK', { metadata: {} })));
  const dead = await nobody();
  const edge = await edgeTo(t, [dead, origin.origin]);
  const config = await goodConfig(
    t,
    `version: 1\nupstreams: { compute: { url: ["${dead}", "${origin.origin}"], api: /v2.1 } }\n${keystone}`,
  );
  const lookups = composeLookups(config, { now: Date.now }, undefined, () =>
    edge.forwarder.addresses('origin'),
  );
  t.after(() => lookups.close());
  const caller = { token: 'token', projectId: 'p', userId: 'u' };
  for (let call = 0; call < 4; call++) {
    const found = await lookups.ports.images.image('compute', 'id', caller, AbortSignal.timeout(3000));
    assert.equal(found.kind, 'found');
  }
  assert.equal(edge.forwarder.health()['origin']?.targets?.[0]?.healthy, false);
});
