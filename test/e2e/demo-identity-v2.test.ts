import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { demoCall } from '../support/demo-call.ts';

let cloud: DemoCloud;
before(async () => {
  cloud = await startDemoCloud({ now: () => Date.parse('2026-11-23T14:00:00Z') });
});
after(() => cloud.close());

const login = (auth: unknown) => demoCall(cloud.identityUrl, 'POST', '/v2.0/tokens', { body: { auth } });
const validate = (own: string, subject: string, query = '') =>
  demoCall(cloud.identityUrl, 'GET', `/v2.0/tokens/${subject}${query}`, { token: own });

test('v2.0: a password and a tenant give a token that v2.0 and v3 both know', async () => {
  const answer = await login({
    passwordCredentials: { username: 'demo', password: 'demopw' },
    tenantName: 'demo',
  });
  assert.equal(answer.status, 200);
  const { token, user } = answer.json.access;
  assert.equal(token.expires, '2026-11-23T15:00:00Z');
  assert.deepEqual(token.tenant, { id: cloud.seed.projects.demo, name: 'demo' });
  assert.equal(user.name, 'demo');
  assert.deepEqual(
    user.roles.map((role: { name: string }) => role.name),
    ['member', 'reader'],
  );
  const again = await validate(cloud.seed.tokens.gateway, token.id);
  assert.deepEqual(again.json.access.token, token);
  const v3 = await demoCall(cloud.identityUrl, 'GET', '/v3/auth/tokens', {
    token: cloud.seed.tokens.gateway,
    headers: { 'x-subject-token': token.id },
  });
  assert.equal(v3.json.token.project.id, cloud.seed.projects.demo);
});

test('v2.0: without a tenant the token is unscoped, and can be scoped afterwards', async () => {
  const first = await login({ passwordCredentials: { username: 'demo', password: 'demopw' } });
  assert.equal(first.json.access.token.tenant, undefined);
  assert.deepEqual(first.json.access.user.roles, []);
  const scoped = await login({
    token: { id: first.json.access.token.id },
    tenantId: cloud.seed.projects.demo,
  });
  assert.equal(scoped.json.access.token.tenant.name, 'demo');
});

test('v2.0: bad password 401, foreign tenant 401, nothing to prove with 400', async () => {
  const wrong = await login({ passwordCredentials: { username: 'demo', password: 'x' }, tenantName: 'demo' });
  assert.equal(wrong.status, 401);
  const foreign = await login({
    passwordCredentials: { username: 'demo', password: 'demopw' },
    tenantName: 'other',
  });
  assert.equal(foreign.status, 401);
  assert.equal((await login({})).status, 400);
});

test('v2.0: who may validate, and what is told of tokens that are not there', async () => {
  const { gateway, validator, demo, member2, expired } = cloud.seed.tokens;
  for (const own of [gateway, validator, demo]) assert.equal((await validate(own, demo)).status, 200);
  assert.equal((await validate(member2, demo)).status, 403);
  assert.equal((await validate('nonsense', demo)).status, 401);
  assert.equal((await validate(gateway, 'nonsense')).status, 404);
  assert.equal((await validate(gateway, expired)).status, 404);
  assert.equal((await validate(gateway, demo, `?belongsTo=${cloud.seed.projects.other}`)).status, 404);
  assert.equal((await validate(gateway, demo, `?belongsTo=${cloud.seed.projects.demo}`)).status, 200);
});
