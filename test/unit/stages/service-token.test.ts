import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import type { TokenAnswer } from '../../../src/core/ports.ts';
import { authenticate } from '../../../src/stages/authenticate.ts';
import type { AuthenticateOptions } from '../../../src/stages/authenticate-options.ts';
import { exchangeOf } from '../../support/limits.ts';
import { validAnswer } from '../../support/tokens.ts';

const service = (roles: readonly string[], bound = false) =>
  validAnswer({ user: { id: 's1', name: 'nova', domain: { id: 'default', name: 'Default' } }, roles, bound });

const answers: Readonly<Record<string, TokenAnswer>> = {
  user: validAnswer(),
  ruled: validAnswer({ accessRules: [{ service: 'compute', method: 'POST', path: '/v2.1/servers' }] }),
  nova: service(['Service']),
  stranger: service(['member']),
  bound: service(['service'], true),
  down: { kind: 'unavailable', reason: 'timeout', retryAfterMs: 2000 },
};

const judged = async (
  userToken: string,
  serviceToken: string | string[] | undefined,
  roles = ['service'],
) => {
  const options = Value.Default(authenticate.options, { serviceTokenRoles: roles }) as AuthenticateOptions;
  const tokens = {
    challengeUri: 'http://k/v3',
    validate: (token: string) => Promise.resolve(answers[token] ?? ({ kind: 'invalid' } as const)),
  };
  const check = authenticate.prepare(
    options,
    { tokens },
    { routeId: 'r', operations: [], limits: [], schemas: new Map() },
  );
  const headers = { 'x-auth-token': userToken, 'x-service-token': serviceToken };
  return check(exchangeOf({ identity: undefined, headers, method: 'GET', path: '/v2.1/images' }));
};

test('with a service token both identities are told, each under its own names', async () => {
  const verdict = await judged('user', 'nova');
  assert.ok(verdict.kind === 'pass');
  assert.equal(verdict.identity?.user.id, 'u1', 'the caller stays the user');
  const { upstreamHeaders: headers = {} } = verdict;
  assert.deepEqual(
    [headers['x-user-id'], headers['x-service-user-id'], headers['x-service-roles']],
    ['u1', 's1', 'Service'],
  );
  assert.equal(headers['x-service-identity-status'], 'Confirmed');
  assert.equal(verdict.dropUpstreamHeaders, undefined);
});

for (const [name, token] of [
  ['unknown', 'nobody'],
  ['without a needed role', 'stranger'],
  ['bound', 'bound'],
  ['given twice differently', ['nova', 'stranger']],
] as const) {
  test(`a service token that is ${name} refuses the request`, async () => {
    const verdict = await judged('user', typeof token === 'string' ? token : [...token]);
    assert.ok(verdict.kind === 'deny' && verdict.fault === 'service-token');
    assert.ok(verdict.headers?.['www-authenticate']);
  });
}

test('while the identity service is down, a service token is 503 as a token is', async () => {
  const verdict = await judged('user', 'down');
  assert.ok(
    verdict.kind === 'deny' && verdict.fault === 'identity-unavailable' && verdict.retryAfterMs === 2000,
  );
});

test('a service token does not stand in for a bad token', async () => {
  const verdict = await judged('bad', 'nova');
  assert.ok(verdict.kind === 'deny' && verdict.fault === 'invalid-token');
});

test('where service tokens are not accepted they are not validated, and not passed on either', async () => {
  const verdict = await judged('user', 'nobody', []);
  assert.ok(verdict.kind === 'pass');
  assert.deepEqual(verdict.dropUpstreamHeaders, ['x-service-token']);
  assert.ok(Object.keys(verdict.upstreamHeaders ?? {}).every((name) => !name.startsWith('x-service-')));
});

test('access rules bind a user, with a second user token too, and not a service that acts for the user', async () => {
  const alone = await judged('ruled', undefined);
  assert.ok(alone.kind === 'deny' && alone.fault === 'access-rule');
  const withFriend = await judged('ruled', 'stranger');
  assert.ok(withFriend.kind === 'deny' && withFriend.fault === 'service-token');
  const ignored = await judged('ruled', 'nova', []);
  assert.ok(ignored.kind === 'deny' && ignored.fault === 'access-rule');
  assert.equal((await judged('ruled', 'nova')).kind, 'pass');
});
