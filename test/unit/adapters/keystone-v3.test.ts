import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../src/core/secret.ts';
import { rawJson } from '../../support/raw-origin.ts';
import {
  notFound,
  patience,
  signedIn,
  startScriptedKeystone,
  tokenBody,
  unauthorized,
  v3Of,
} from '../../support/scripted-keystone.ts';

const valid = rawJson('200 OK', tokenBody());

test('a token is validated with the token of the service user, without catalogue, announcing access rules', async (t) => {
  const keystone = await startScriptedKeystone(t, (socket) => socket.write(valid));
  const { source } = v3Of(keystone.client);
  const answer = await source.lookup('the-caller', patience());
  assert.equal(answer.kind === 'valid' && answer.identity.user.name, 'demo');
  assert.match(keystone.validations()[0] ?? '', /^GET \/v3\/auth\/tokens\?nocatalog HTTP/);
  assert.match(keystone.validations()[0] ?? '', /^x-auth-token: service-token-1\r$/im);
  assert.match(keystone.validations()[0] ?? '', /^x-subject-token: the-caller\r$/im);
  assert.match(keystone.validations()[0] ?? '', /^openstack-identity-access-rules: 1\.0\r$/im);
  const [, body = ''] = (keystone.signIns()[0] ?? '').split('\r\n\r\n');
  assert.deepEqual(JSON.parse(body), {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'gateway', domain: { id: 'default' }, password: 'the-service-password' } },
      },
      scope: { project: { name: 'service', domain: { id: 'default' } } },
    },
  });
});

test('an application credential signs in without a scope', async (t) => {
  const keystone = await startScriptedKeystone(t, (socket) => socket.write(valid));
  const credential = {
    kind: 'application-credential',
    credential: { id: 'c1' },
    secret: new Secret('s3cret'),
  } as const;
  await v3Of(keystone.client, { credential }).source.lookup('the-caller', patience());
  const [, body = ''] = (keystone.signIns()[0] ?? '').split('\r\n\r\n');
  assert.deepEqual(JSON.parse(body), {
    auth: {
      identity: {
        methods: ['application_credential'],
        application_credential: { id: 'c1', secret: 's3cret' },
      },
    },
  });
});

test("with the caller's token as credential nobody signs in, and a 401 is about that token", async (t) => {
  const keystone = await startScriptedKeystone(t, (socket, _request, count) =>
    socket.write(count === 1 ? valid : unauthorized),
  );
  const { source } = v3Of(keystone.client, { credential: { kind: 'caller' } });
  assert.equal((await source.lookup('mine', patience())).kind, 'valid');
  assert.match(keystone.validations()[0] ?? '', /^x-auth-token: mine\r$/im);
  assert.deepEqual(await source.lookup('bad', patience()), { kind: 'invalid' });
  assert.equal(keystone.signIns().length, 0);
});

test('many first look-ups share one sign-in', async (t) => {
  const keystone = await startScriptedKeystone(t, (socket) => socket.write(valid));
  const { source } = v3Of(keystone.client);
  await Promise.all(Array.from({ length: 50 }, (_, n) => source.lookup(`t${n}`, patience())));
  assert.equal(keystone.signIns().length, 1);
  assert.equal(keystone.validations().length, 50);
});

test('a service token that Keystone no longer accepts is replaced once, however many look-ups notice', async (t) => {
  const keystone = await startScriptedKeystone(t, (socket, request) =>
    socket.write(/service-token-1\r/.test(request) ? unauthorized : valid),
  );
  const { source } = v3Of(keystone.client);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => source.lookup(`t${n}`, patience())));
  assert.ok(answers.every(({ kind }) => kind === 'valid'));
  assert.equal(keystone.signIns().length, 2);
});

test('a second refusal of the service token is an outage, not a loop', async (t) => {
  const keystone = await startScriptedKeystone(t, (socket) => socket.write(unauthorized));
  const { source } = v3Of(keystone.client);
  assert.deepEqual(await source.lookup('t', patience()), { kind: 'unavailable', reason: 'credential' });
  assert.deepEqual([keystone.signIns().length, keystone.validations().length], [2, 2]);
});

test('a refused password is not tried again at once, so that the account is not locked', async (t) => {
  const keystone = await startScriptedKeystone(
    t,
    () => assert.fail('nothing is validated'),
    (socket) => socket.write(unauthorized),
  );
  let now = 1_000_000;
  const { source, log } = v3Of(keystone.client, { clock: { now: () => now } });
  for (let n = 0; n < 5; n++) {
    const answer = await source.lookup('t', patience());
    assert.equal(answer.kind === 'unavailable' && answer.reason, 'credential');
  }
  assert.equal(keystone.signIns().length, 1);
  assert.equal(log.lines.filter(({ level }) => level === 'error').length, 1);
  now += 2000;
  await source.lookup('t', patience());
  assert.equal(keystone.signIns().length, 2);
  now += 2000;
  await source.lookup('t', patience());
  assert.equal(keystone.signIns().length, 2, 'the second pause is longer');
  assert.ok(!JSON.stringify(log.lines).includes('the-service-password'));
});

test('the service token is renewed before it ends, and meanwhile used', async (t) => {
  const begin = Date.parse('2030-01-01T00:00:00Z');
  let now = begin;
  const keystone = await startScriptedKeystone(
    t,
    (socket) => socket.write(valid),
    (socket, _request, count) =>
      socket.write(signedIn(`service-token-${count}`, new Date(begin + count * 3_600_000).toISOString())),
  );
  const { source } = v3Of(keystone.client, { clock: { now: () => now } });
  await source.lookup('a', patience());
  now += 2_000_000;
  await source.lookup('b', patience());
  assert.equal(keystone.signIns().length, 1, 'in the first part of its life it is kept');
  now += 1_000_000;
  assert.equal((await source.lookup('c', patience())).kind, 'valid');
  while (keystone.signIns().length < 2) await new Promise((resolve) => setImmediate(resolve));
  await source.lookup('d', patience());
  await source.lookup('e', patience());
  assert.match(keystone.validations().at(-1) ?? '', /service-token-2\r/);
  assert.equal(keystone.signIns().length, 2);
});

test('an unknown token is invalid', async (t) => {
  const keystone = await startScriptedKeystone(t, (socket) => socket.write(notFound));
  assert.deepEqual(await v3Of(keystone.client).source.lookup('x', patience()), { kind: 'invalid' });
});

test('a token that Keystone calls valid after its end is invalid', async (t) => {
  const ended = rawJson('200 OK', tokenBody({ expires_at: '2020-01-01T00:00:00.000000Z' }));
  const keystone = await startScriptedKeystone(t, (socket) => socket.write(ended));
  assert.deepEqual(await v3Of(keystone.client).source.lookup('x', patience()), { kind: 'invalid' });
});
