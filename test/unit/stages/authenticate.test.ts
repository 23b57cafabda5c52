import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import type { Exchange } from '../../../src/core/exchange.ts';
import type { TokenAnswer, TokensPort } from '../../../src/core/ports.ts';
import type { Deny, Pass, Verdict } from '../../../src/core/verdict.ts';
import { authenticate } from '../../../src/stages/authenticate.ts';
import type { AuthenticateOptions } from '../../../src/stages/authenticate-options.ts';
import { exchangeOf } from '../../support/limits.ts';
import { identity, validAnswer } from '../../support/tokens.ts';

const uri = 'http://keystone.example:5000/v3';
type Answers = Readonly<Record<string, TokenAnswer | Promise<TokenAnswer>>>;

const portOf = (answers: Answers): TokensPort => ({
  challengeUri: uri,
  validate: (token) => answers[token] ?? { kind: 'invalid' },
});

const checkOf = (answers: Answers, options: Partial<AuthenticateOptions> = {}) => {
  const complete = Value.Default(authenticate.options, { ...options }) as AuthenticateOptions;
  const scope = { routeId: 'r', operations: [], limits: [], schemas: new Map() };
  return authenticate.prepare(complete, { tokens: portOf(answers) }, scope);
};

const asked = (headers: Exchange['headers'], more: Partial<Exchange> = {}): Exchange =>
  exchangeOf({ identity: undefined, headers, method: 'GET', path: '/v2.1/images', ...more });

const passed = (verdict: Verdict | Promise<Verdict>): Pass => {
  assert.ok(!(verdict instanceof Promise));
  assert.equal(verdict.kind, 'pass', JSON.stringify(verdict));
  return verdict as Pass;
};
const denied = (verdict: Verdict | Promise<Verdict>): Deny => {
  assert.ok(!(verdict instanceof Promise));
  assert.equal(verdict.kind, 'deny');
  return verdict as Deny;
};

test('a valid token passes with the identity and its headers, at once and as the same object', () => {
  const check = checkOf({ good: validAnswer() });
  const answers = { good: validAnswer() };
  const again = checkOf(answers);
  const verdict = passed(again(asked({ 'x-auth-token': 'good' })));
  assert.equal(verdict, again(asked({ 'x-auth-token': 'good' })));
  assert.equal(verdict.identity?.user.id, 'u1');
  assert.equal(verdict.upstreamHeaders?.['x-project-id'], 'p1');
  assert.equal(verdict.dropUpstreamHeaders, undefined);
  passed(check(asked({ 'x-auth-token': 'good' })));
});

test('a look-up that takes time is waited for', async () => {
  const check = checkOf({ good: Promise.resolve(validAnswer()) });
  assert.equal((await check(asked({ 'x-auth-token': 'good' }))).kind, 'pass');
});

test('without a token the answer is 401 and says where to get one', () => {
  for (const headers of [
    {},
    { 'x-auth-token': '' },
    { 'x-auth-token': '  ' },
    { authorization: 'Bearer good' },
  ]) {
    const verdict = denied(checkOf({})(asked(headers)));
    assert.equal(verdict.fault, 'no-token');
    assert.deepEqual(verdict.headers, { 'www-authenticate': `Keystone uri="${uri}"` });
    assert.match(verdict.message, /X-Auth-Token/);
  }
});

test('an invalid token is 401 with the challenge, quoted unless old clients need it otherwise', () => {
  const verdict = denied(checkOf({})(asked({ 'x-auth-token': 'bad' })));
  assert.equal(verdict.fault, 'invalid-token');
  assert.equal(verdict.headers?.['www-authenticate'], `Keystone uri="${uri}"`);
  const plain = denied(checkOf({}, { quotedChallenge: false })(asked({ 'x-auth-token': 'bad' })));
  assert.equal(plain.headers?.['www-authenticate'], `Keystone uri=${uri}`);
  assert.ok(!JSON.stringify(verdict).includes('bad"'));
});

test('white space around the token does not count, and the upstream gets it without', () => {
  const verdict = passed(checkOf({ good: validAnswer() })(asked({ 'x-auth-token': ' good\t' })));
  assert.equal(verdict.upstreamHeaders?.['x-auth-token'], 'good');
});

test('equal repeated tokens are one, different ones are refused', () => {
  const check = checkOf({ good: validAnswer() });
  const verdict = passed(check(asked({ 'x-auth-token': ['good', ' good'] })));
  assert.equal(verdict.upstreamHeaders?.['x-auth-token'], 'good');
  assert.equal(denied(check(asked({ 'x-auth-token': ['good', 'bad'] }))).fault, 'ambiguous-token');
  assert.equal(denied(check(asked({ 'x-auth-token': ['good', ''] }))).fault, 'ambiguous-token');
});

for (const name of ['x_auth_token', 'x-auth_token', 'x_auth-token', 'x-storage-token']) {
  test(`the header ${name} is refused, alone and beside a good token`, () => {
    const check = checkOf({ good: validAnswer() });
    assert.equal(denied(check(asked({ [name]: 'good' }))).fault, 'ambiguous-token');
    assert.equal(denied(check(asked({ [name]: 'good', 'x-auth-token': 'good' }))).fault, 'ambiguous-token');
  });
}

test('X-Storage-Token counts where it is allowed, but never against X-Auth-Token', () => {
  const check = checkOf({ good: validAnswer() }, { allowStorageToken: true });
  assert.equal(passed(check(asked({ 'x-storage-token': 'good' }))).upstreamHeaders?.['x-auth-token'], 'good');
  passed(check(asked({ 'x-storage-token': 'good', 'x-auth-token': 'good' })));
  assert.equal(
    denied(check(asked({ 'x-storage-token': 'good', 'x-auth-token': 'bad' }))).fault,
    'ambiguous-token',
  );
  assert.equal(denied(check(asked({ 'x-storage-token': ['a', 'b'] }))).fault, 'ambiguous-token');
  assert.equal(denied(check(asked({ 'x-storage-token': ' ' }))).fault, 'no-token');
});

test('bound and unscoped tokens are refused, domain and system scope pass', () => {
  const check = checkOf({
    bound: validAnswer({ bound: true }),
    unscoped: validAnswer({ project: undefined }),
    domain: validAnswer({ project: undefined, domain: { id: 'd1', name: 'D' } }),
    system: validAnswer({ project: undefined, systemScope: 'all' }),
  });
  for (const name of ['bound', 'unscoped']) {
    const verdict = denied(check(asked({ 'x-auth-token': name })));
    assert.equal(verdict.fault, `${name}-token`);
    assert.ok(verdict.headers?.['www-authenticate']);
  }
  const domain = passed(check(asked({ 'x-auth-token': 'domain' })));
  assert.equal(domain.upstreamHeaders?.['x-domain-id'], 'd1');
  assert.equal(domain.upstreamHeaders?.['x-project-id'], undefined);
  const system = passed(check(asked({ 'x-auth-token': 'system' })));
  assert.equal(system.upstreamHeaders?.['openstack-system-scope'], 'all');
});

test('an outage is 503 with the wait that is known, or 5 seconds, and its reason only in the notes', () => {
  const check = checkOf({
    told: { kind: 'unavailable', reason: 'status', retryAfterMs: 17_000 },
    untold: { kind: 'unavailable', reason: 'refused' },
  });
  const told = denied(check(asked({ 'x-auth-token': 'told' })));
  assert.deepEqual(
    [told.fault, told.retryAfterMs, told.notes],
    ['identity-unavailable', 17_000, { outage: 'status' }],
  );
  const untold = denied(check(asked({ 'x-auth-token': 'untold' })));
  assert.equal(untold.retryAfterMs, 5000);
  assert.ok(!untold.message.includes('refused'));
});

test('an address with too many failures is told when to try again', () => {
  const verdict = denied(
    checkOf({ t: { kind: 'limited', retryAfterMs: 30_000 } })(asked({ 'x-auth-token': 't' })),
  );
  assert.deepEqual([verdict.fault, verdict.retryAfterMs], ['too-many-failures', 30_000]);
});

test('grace is for reads only, only where the policy has it, and noted', () => {
  let uses = 0;
  const grace = () => (++uses <= 2 ? identity() : undefined);
  const answers = { t: { kind: 'unavailable', reason: 'refused', grace } as const };
  const headers = { 'x-auth-token': 't' };
  assert.equal(denied(checkOf(answers)(asked(headers))).fault, 'identity-unavailable');
  const check = checkOf(answers, { grace: 'reads' });
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get']) {
    assert.equal(denied(check(asked(headers, { method }))).fault, 'identity-unavailable');
  }
  assert.equal(uses, 0);
  assert.deepEqual(passed(check(asked(headers))).notes, { grace: true });
  passed(check(asked(headers, { method: 'HEAD' })));
  assert.equal(denied(check(asked(headers))).fault, 'identity-unavailable');
});

test('an upstream that trusts the identity headers need not see the token', () => {
  const verdict = passed(
    checkOf({ good: validAnswer() }, { stripToken: true })(asked({ 'x-auth-token': ' good ' })),
  );
  assert.deepEqual(verdict.dropUpstreamHeaders, ['x-auth-token', 'x-storage-token', 'x-service-token']);
  assert.equal(verdict.upstreamHeaders?.['x-auth-token'], undefined);
});

test('access rules allow what they list and nothing else', () => {
  const accessRules = [{ service: 'compute', method: 'GET', path: '/v2.1/images/{image_id}' }];
  const check = checkOf({ ruled: validAnswer({ accessRules }), none: validAnswer({ accessRules: [] }) });
  const headers = { 'x-auth-token': 'ruled' };
  passed(check(asked(headers, { path: '/v2.1/images/i1' })));
  for (const other of [{ path: '/v2.1/images/i1/metadata' }, { path: '/v2.1/images/i1', method: 'DELETE' }]) {
    const verdict = denied(check(asked(headers, other)));
    assert.equal(verdict.fault, 'access-rule');
    assert.match(verdict.message, /do not allow (GET|DELETE) \/v2\.1\/images\/i1/);
  }
  assert.equal(denied(check(asked({ 'x-auth-token': 'none' }))).fault, 'access-rule');
  const image = checkOf({ ruled: validAnswer({ accessRules }) }, { serviceType: 'image' });
  assert.equal(denied(image(asked(headers, { path: '/v2.1/images/i1' }))).fault, 'access-rule');
});

test('where a refusal only flags, the service behind is told what is known of the identity', () => {
  const check = checkOf({
    down: { kind: 'unavailable', reason: 'refused' },
    unscoped: validAnswer({ project: undefined }),
  });
  const statusOf = (headers: Exchange['headers']) =>
    denied(check(asked(headers))).upstreamHeaders?.['x-identity-status'];
  assert.equal(statusOf({}), 'Invalid');
  assert.equal(statusOf({ 'x-auth-token': 'bad' }), 'Invalid');
  assert.equal(statusOf({ 'x-auth-token': 'unscoped' }), 'Invalid');
  assert.equal(statusOf({ x_auth_token: 'bad' }), 'Invalid');
  assert.equal(statusOf({ 'x-auth-token': 'down' }), 'Indeterminate');
});
