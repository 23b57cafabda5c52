import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { Value } from 'typebox/value';
import { createHttpClient, type HttpClient } from '../../src/adapters/http-client.ts';
import { createKeystoneV2 } from '../../src/adapters/keystone-v2.ts';
import { createKeystoneV3 } from '../../src/adapters/keystone-v3.ts';
import { Secret } from '../../src/core/secret.ts';
import type { Deny } from '../../src/core/verdict.ts';
import { authenticate } from '../../src/stages/authenticate.ts';
import type { AuthenticateOptions } from '../../src/stages/authenticate-options.ts';
import { brokenAnswers, type Expected } from '../support/broken-keystone.ts';
import { exchangeOf } from '../support/limits.ts';
import type { RawAnswer } from '../support/raw-origin.ts';
import { rawJson } from '../support/raw-origin.ts';
import { recordingLog } from '../support/recording.ts';
import {
  notFound,
  servicePassword,
  signedIn,
  startScriptedKeystone,
  unauthorized,
} from '../support/scripted-keystone.ts';
import { handClock, tokensOver } from '../support/tokens.ts';

const tlsFolder = join(import.meta.dirname, '../support/tls');
const timing = { totalMs: 3000, attemptMs: 60, retries: 2, backOffMs: 1 };

interface Version {
  readonly name: string;
  make(client: HttpClient): ReturnType<typeof createKeystoneV3>;
  readonly signIn: RawAnswer;
}
const later = '2199-01-01T00:00:00Z';
const v3: Version = {
  name: 'v3',
  make: (client) =>
    createKeystoneV3({
      client,
      credential: servicePassword,
      clock: handClock(),
      log: recordingLog(),
      timing,
    }),
  signIn: (socket, _request, count) => socket.write(signedIn(`service-token-${count}`)),
};
const v2: Version = {
  name: 'v2.0',
  make: (client) => {
    const credential = { kind: 'password', username: 'gateway', password: new Secret('pw') } as const;
    return createKeystoneV2({ client, credential, clock: handClock(), log: recordingLog(), timing });
  },
  signIn: (socket, _request, count) =>
    socket.write(rawJson('200 OK', { access: { token: { id: `service-token-${count}`, expires: later } } })),
};

/** What a client gets whose token must be looked up now. */
const refusalOf = async (client: HttpClient, version: Version = v3): Promise<Deny> => {
  const { tokens } = tokensOver(version.make(client));
  const options = Value.Default(authenticate.options, {}) as AuthenticateOptions;
  const scope = { routeId: 'r', operations: [], limits: [], schemas: new Map() };
  const check = authenticate.prepare(options, { tokens }, scope);
  const headers = { 'x-auth-token': 'f064c46a782c444cb4ba4b6434288f7c' };
  const verdict = await check(exchangeOf({ headers, identity: undefined }));
  assert.ok(verdict.kind === 'deny', 'never a pass');
  assert.equal(verdict.fault in authenticate.faults, true);
  return verdict;
};

const assertRefusal = (verdict: Deny, expected: Expected, retryAfterMs = 5000): void => {
  if (expected === '401') {
    assert.equal(verdict.fault, 'invalid-token');
    assert.ok(verdict.headers?.['www-authenticate']);
    return;
  }
  assert.equal(verdict.fault, 'identity-unavailable');
  assert.equal(`503 ${verdict.notes?.['outage']}`, expected);
  assert.equal(verdict.retryAfterMs, retryAfterMs);
};

for (const version of [v3, v2]) {
  for (const { name, answer, expected, asked, retryAfterMs } of brokenAnswers) {
    test(`Keystone ${version.name} answers a validation with ${name}: the client gets ${expected}`, async (t) => {
      const keystone = await startScriptedKeystone(t, answer, version.signIn);
      assertRefusal(await refusalOf(keystone.client, version), expected, retryAfterMs);
      assert.equal(keystone.validations().length, asked);
    });
  }
  for (const { name, answer, retryAfterMs } of brokenAnswers.filter(({ tellsNothing }) => tellsNothing)) {
    test(`Keystone ${version.name} answers our own sign-in with ${name}: the client gets 503`, async (t) => {
      const keystone = await startScriptedKeystone(t, () => assert.fail('asked without a right to'), answer);
      const verdict = await refusalOf(keystone.client, version);
      assert.equal(verdict.fault, 'identity-unavailable');
      if (retryAfterMs !== undefined) assert.equal(verdict.retryAfterMs, retryAfterMs);
    });
  }
}

test('a 401 is cured by a new sign-in, and the client notices nothing', async (t) => {
  const keystone = await startScriptedKeystone(t, (socket, _request, count) =>
    socket.write(count === 1 ? unauthorized : notFound),
  );
  assertRefusal(await refusalOf(keystone.client), '401');
});

const clientTo = (t: TestContext, origin: string, more: object = {}): HttpClient => {
  const client = createHttpClient({ origin, connections: 2, timeoutMs: 2000, ...more });
  t.after(() => client.close());
  return client;
};

test('nobody listens where Keystone should be: the client gets 503', async (t) => {
  const keystone = await startScriptedKeystone(t, () => undefined);
  await keystone.close();
  assertRefusal(await refusalOf(keystone.client), '503 refused');
});

test("Keystone's name does not resolve: the client gets 503", async (t) => {
  const lookup = (
    _name: string,
    _options: object,
    done: (error: Error, address: string, family: number) => void,
  ) => done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), '', 4);
  assertRefusal(await refusalOf(clientTo(t, 'http://keystone.invalid:5000', { lookup })), '503 dns');
});

test('Keystone does not speak TLS although its address says so: the client gets 503', async (t) => {
  const plain = createServer((socket) => {
    socket
      .on('error', () => socket.destroy())
      .on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  }).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  t.after(() => plain.close());
  const { port } = plain.address() as AddressInfo;
  assertRefusal(await refusalOf(clientTo(t, `https://127.0.0.1:${port}`)), '503 tls');
});

test("Keystone's certificate is not one that we trust: the client gets 503, and with its authority it is served", async (t) => {
  const [cert, key] = await Promise.all(
    ['cert.pem', 'key.pem'].map((name) => readFile(join(tlsFolder, name), 'utf8')),
  );
  const server = createTlsServer({ cert, key }, (socket) => {
    socket.on('error', () => socket.destroy()).on('data', () => socket.end(notFound));
  }).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  t.after(() => server.close());
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assertRefusal(await refusalOf(clientTo(t, origin)), '503 tls');
  const trusting = await refusalOf(clientTo(t, origin, { tls: { ca: cert } }));
  assert.equal(trusting.notes?.['outage'], 'status', 'the connection stands; a 404 to a sign-in is no token');
});
