import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { connect as tcpConnect } from 'node:net';
import { test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { Secret } from '../../src/core/secret.ts';
import { makeAuthority, secretPair } from '../support/certificates.ts';
import { startTestGateway } from '../support/gateway.ts';
import { exchangeRaw, faultOf, openRaw, statuses, tlsDial } from '../support/raw-client.ts';
import { ask, authority, get, handshake, own, pem, shownTo, startTls } from '../support/tls-edge.ts';
import { until } from '../support/until.ts';

test('clients are shown the certificate of the name they ask for, and the first one otherwise', async (t) => {
  const sni = [
    { names: ['images.example', 'IMAGES.internal'], ...pem(authority.issue('exact')) },
    { names: ['*.images.example'], ...pem(authority.issue('wild')) },
  ];
  const { port } = await startTls(t, { ...pem(own), sni });
  const rows = {
    'images.example': 'exact',
    'Images.Example': 'exact',
    'images.internal': 'exact',
    'a.images.example': 'wild',
    'a.b.images.example': 'default',
    'other.example': 'default',
    'xn--': 'default',
    '*.images.example': 'wild',
    '..': 'default',
    __proto__: 'default',
    'a\u0000.images.example': 'default',
    [`${'x'.repeat(250)}.example`]: 'default',
  };
  for (const [servername, shown] of Object.entries(rows))
    assert.equal(await shownTo(port, { servername }), shown, servername);
  assert.equal(await shownTo(port, { servername: '' }), 'default');
});

test('nothing older than TLS 1.2 is spoken, no weak cipher, and HTTP/1.1 only', async (t) => {
  const { port } = await startTls(t, pem(own));
  const versionOf = async (options: ConnectionOptions) => {
    const socket = await handshake(port, options);
    if (typeof socket === 'string') return 'refused';
    const spoken = `${socket.getProtocol()} ${socket.alpnProtocol || 'none'}`;
    socket.destroy();
    return spoken;
  };
  assert.equal(await versionOf({}), 'TLSv1.3 none');
  assert.equal(await versionOf({ maxVersion: 'TLSv1.2' }), 'TLSv1.2 none');
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  assert.equal(await versionOf(old), 'refused');
  assert.equal(await versionOf({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }), 'refused');
  assert.equal(await versionOf({ ALPNProtocols: ['h2', 'http/1.1'] }), 'TLSv1.3 http/1.1');
  assert.equal(await versionOf({ ALPNProtocols: ['h2'] }), 'refused');
  const strict = await startTls(t, { ...pem(own), minVersion: 'TLSv1.3' });
  const late = await handshake(strict.port, { maxVersion: 'TLSv1.2' });
  assert.equal(typeof late, 'string');
});

test('the whole gateway over TLS tells the upstream that the client came by https', async (t) => {
  const tls = secretPair(authority);
  const gateway = await startTestGateway(t, {
    config: {
      listen: { host: '127.0.0.1', port: 0, tls },
      admin: { host: '127.0.0.1', port: 0, tls },
    },
  });
  assert.match(gateway.url, /^https:/);
  assert.match(gateway.adminUrl, /^https:/);
  const agent = new Agent({ ca: authority.ca });
  t.after(() => agent.destroy());
  const fetched = (url: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { 'x-auth-token': 'nobody' };
      request(url, { agent, headers }, (res) => resolve(res.resume().statusCode ?? 0))
        .on('error', reject)
        .end();
    });
  assert.equal(await fetched(`${gateway.adminUrl}/readyz`), 200);
  assert.equal(await fetched(`${gateway.url}/v2/`), 401);
});

test('plain HTTP at the port of TLS ends without an answer, and the listener serves on', async (t) => {
  const { port, edge } = await startTls(t, pem(own));
  const { text } = await exchangeRaw(port, get);
  assert.doesNotMatch(text, /HTTP/);
  assert.deepEqual(statuses((await ask(port)).text), [200]);
  await until(() => edge.connections === 0, 'no connection is left');
});

test('a handshake has the time of a header section, and counts as a connection', async (t) => {
  const { port, edge } = await startTls(t, pem(own), { limits: { headersMs: 300, maxConnections: 3 } });
  const silent = [1, 2, 3].map(() => tcpConnect(port, '127.0.0.1').on('error', () => undefined));
  await until(() => edge.connections === 3, 'three handshakes are under way');
  const ended = Promise.all(silent.map((socket) => once(socket.resume(), 'close')));
  const further = tcpConnect(port, '127.0.0.1').on('error', () => undefined);
  await once(further.resume(), 'close');
  await ended;
  await until(() => edge.connections === 0, 'no connection is left');
  assert.deepEqual(statuses((await ask(port)).text), [200]);
});

test('slow headers, large headers and broken bytes get over TLS what they get without', async (t) => {
  const { port } = await startTls(t, pem(own), { limits: { headersMs: 300, maxHeaderBytes: 2000 } });
  const slow = await ask(port, {}, 'GET /a HTTP/1.1\r\nHost:');
  assert.deepEqual(statuses(slow.text), [408]);
  const large = await ask(port, {}, `GET /a HTTP/1.1\r\nX: ${'x'.repeat(3000)}\r\n\r\n`);
  assert.deepEqual(statuses(large.text), [431]);
  const broken = await ask(port, {}, 'nonsense\r\n\r\n');
  assert.equal(Object.values(faultOf(broken.text))[0]?.code, 400);
});

test('keys are not exchanged anew on a connection', async (t) => {
  const { port, edge } = await startTls(t, pem(own));
  const socket = await handshake(port, { maxVersion: 'TLSv1.2' });
  assert.ok(typeof socket !== 'string');
  const failed = new Promise<boolean>((resolve) => {
    socket.on('error', () => resolve(true));
    socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error !== null));
  });
  assert.equal(await failed, true);
  socket.destroy();
  await until(() => edge.connections === 0, 'no connection is left');
});

test('an answer that is cut is not taken for whole by a client of TLS', async (t) => {
  let cut = (): void => undefined;
  const { port } = await startTls(t, pem(own), {
    handler: (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/plain' });
      res.write('half');
      cut = () => {
        res.socket?.resetAndDestroy();
        res.destroy();
      };
    },
  });
  const { text } = await exchangeRaw(
    port,
    'GET /a HTTP/1.1\r\nHost: a\r\n\r\n',
    (so) => {
      if (so.includes('half')) cut();
      return false;
    },
    tlsDial({ ca: authority.ca }),
  );
  assert.match(text, /half/);
  assert.doesNotMatch(text, /\r\n0\r\n/);
});

test('a drain lets requests over TLS finish, and cuts handshakes that are under way', async (t) => {
  let finish: (() => void) | undefined;
  const { port, edge } = await startTls(t, pem(own), {
    handler: (_req, res) => {
      finish = () => void res.end('well');
    },
  });
  const asked = ask(port, {}, 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
  const silent = openRaw(port);
  await until(() => edge.connections === 2 && finish !== undefined, 'both are there');
  const drained = edge.drain(0, 3000);
  await once(silent, 'close');
  finish?.();
  assert.deepEqual(statuses((await asked).text), [200]);
  assert.equal(await drained, 0);
});

test('clients without a certificate of the authority are refused where one is required', async (t) => {
  const clients = { ca: new Secret(authority.ca), certificate: 'require' } as const;
  const { port } = await startTls(t, { ...pem(own), clients });
  assert.deepEqual(statuses((await ask(port, authority.issue('client'))).text), [200]);
  assert.deepEqual(statuses((await ask(port)).text), []);
  assert.deepEqual(statuses((await ask(port, makeAuthority('stranger').issue('client'))).text), []);
});

test('where a certificate is only requested, none will do, and a bad one will not', async (t) => {
  const clients = { ca: new Secret(authority.ca), certificate: 'request' } as const;
  const sni = [{ names: ['images.example'], ...pem(authority.issue('exact', ['DNS:images.example'])) }];
  const { port } = await startTls(t, { ...pem(own), clients, sni });
  for (const name of [{}, { servername: 'images.example' }]) {
    assert.deepEqual(statuses((await ask(port, { ...name, ...authority.issue('client') })).text), [200]);
    assert.deepEqual(statuses((await ask(port, name)).text), [200]);
    const stranger = makeAuthority('stranger').issue('client');
    assert.deepEqual(statuses((await ask(port, { ...name, ...stranger })).text), []);
  }
});
