/** Connections that do not come as far as a request are counted by what was wrong with them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { makeAuthority } from '../support/certificates.ts';
import { authority, handshake, own, pem, startTls } from '../support/tls-edge.ts';
import { until } from '../support/until.ts';

const stranger = makeAuthority('stranger');
const clients = { ca: pem({ cert: authority.ca, key: '' }).cert };

type Listener = Awaited<ReturnType<typeof startTls>>;

/** Bytes on the bare socket, and then the end of it. */
const send = async ({ port }: Listener, text: string): Promise<void> => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text === '') socket.destroy();
  else socket.write(text);
  await once(socket, 'close');
};

const rows = {
  'no-tls': (listener: Listener) => send(listener, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
  gone: (listener: Listener) => send(listener, ''),
  version: ({ port }: Listener) =>
    handshake(port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  cipher: ({ port }: Listener) => handshake(port, { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }),
  // Node looks at the certificate behind the handshake, and leaves without a word.
  refused: ({ port }: Listener) =>
    promisify(execFile)('curl', ['-s', `https://127.0.0.1:${port}/`]).catch(() => 0),
} as const;

for (const [reason, come] of Object.entries(rows))
  test(`a handshake that fails is counted as ${reason}`, async (t) => {
    const listener = await startTls(t, pem(own));
    await come(listener);
    await until(() => listener.failures(reason) === 1, 'it is counted');
  });

for (const [name, certificate] of [
  ['one that demands them', 'require'],
  ['one that lets clients come without', 'request'],
] as const)
  test(`a client certificate that does not hold is counted by ${name}`, async (t) => {
    const listener = await startTls(t, { ...pem(own), clients: { ...clients, certificate } });
    await handshake(listener.port, stranger.issue('client'));
    await until(() => listener.failures('certificate') === 1, 'it is counted');
  });

test('a client that comes without the certificate that is demanded is counted', async (t) => {
  const listener = await startTls(t, { ...pem(own), clients });
  await handshake(listener.port);
  await until(() => listener.failures('certificate') === 1, 'it is counted');
});

test('a client that says nothing is counted when its time is over', async (t) => {
  const listener = await startTls(t, pem(own), { limits: { headersMs: 50 } });
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'close');
  await until(() => listener.failures('timeout') === 1, 'it is counted');
});

test('a handshake that succeeds counts as no failure', async (t) => {
  const listener = await startTls(t, pem(own));
  const socket = await handshake(listener.port);
  assert.ok(typeof socket !== 'string');
  socket.destroy();
  for (const reason of Object.keys(rows)) assert.equal(listener.failures(reason), 0, reason);
});
