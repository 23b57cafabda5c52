import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenHash } from '../../../src/adapters/token-source.ts';
import type { Identity } from '../../../src/core/identity.ts';
import type { TokenAnswer } from '../../../src/core/ports.ts';
import { asker, handClock, scriptedSource, tokensOver, validAnswer } from '../../support/tokens.ts';

const clock = handClock();
const userOf = (name: string): Identity['user'] => ({ id: name, name, domain: undefined });

/** Tokens named `user/project`, issued when they are asked for the first time. */
const cloud = (more: Partial<Identity> = {}) => {
  const issued = new Map<string, number>();
  const source = scriptedSource((token): TokenAnswer => {
    const [user = '', project = ''] = token.split('/');
    if (!issued.has(token)) issued.set(token, clock.now());
    const issuedAt = issued.get(token);
    return validAnswer({
      user: userOf(user),
      project: { id: project, name: undefined, domain: undefined },
      issuedAt,
      auditId: token,
      ...more,
    });
  });
  const made = tokensOver(source, { clock });
  const kind = async (token: string) => (await made.tokens.validate(token, asker())).kind;
  return { ...made, source, kind };
};

test('a revoked token is refused at once and stays so, although Keystone would still vouch for it', async () => {
  const { tokens, kind, source } = cloud();
  await kind('ann/p1');
  assert.equal((await tokens.revoke({ tokenHash: tokenHash('ann/p1') })).dropped, 1);
  assert.equal(await kind('ann/p1'), 'invalid');
  clock.advance(3_600_000);
  assert.equal(await kind('ann/p1'), 'invalid');
  assert.equal(source.asked.length, 1);
});

test('a token can be revoked before it was ever seen', async () => {
  const { tokens, kind } = cloud();
  assert.equal((await tokens.revoke({ tokenHash: tokenHash('ann/p1') })).dropped, 0);
  assert.equal(await kind('ann/p1'), 'invalid');
});

test('another spelling of a revoked token is revoked with it', async () => {
  const { tokens, kind } = cloud({ auditId: 'one-and-the-same' });
  await kind('ann/p1');
  await tokens.revoke({ tokenHash: tokenHash('ann/p1') });
  assert.equal(await kind('ann/p1='), 'invalid');
});

test('all tokens that a user has are void, those of others stay, and a new one is good', async () => {
  const { tokens, kind } = cloud();
  for (const token of ['ann/p1', 'ann/p2', 'bob/p1']) await kind(token);
  assert.equal((await tokens.revoke({ userId: 'ann' })).dropped, 2);
  assert.deepEqual(
    [await kind('ann/p1'), await kind('ann/p2'), await kind('bob/p1')],
    ['invalid', 'invalid', 'valid'],
  );
  clock.advance(1000);
  assert.equal(await kind('ann/p3'), 'valid');
  clock.advance(10_000);
  assert.equal(
    await kind('ann/p1'),
    'invalid',
    'the negative cache has let go of it, the revocation has not',
  );
});

test('all tokens of a project are void', async () => {
  const { tokens, kind } = cloud();
  for (const token of ['ann/p1', 'ann/p2', 'bob/p1']) await kind(token);
  assert.equal((await tokens.revoke({ projectId: 'p1' })).dropped, 2);
  assert.deepEqual(
    [await kind('ann/p1'), await kind('ann/p2'), await kind('bob/p1')],
    ['invalid', 'valid', 'invalid'],
  );
});

test('where the time of issue is not told, the cache is emptied and the service asked again', async () => {
  const { tokens, kind, source } = cloud({ issuedAt: undefined });
  await kind('ann/p1');
  await tokens.revoke({ userId: 'ann' });
  clock.advance(1);
  assert.equal(await kind('ann/p1'), 'valid');
  assert.equal(source.asked.length, 2);
});

test('a look-up that was under way when the revocation came does not bring the token back', async () => {
  for (const issuedAt of [undefined, clock.now() - 1000]) {
    let answer = (_: TokenAnswer): void => undefined;
    const source = scriptedSource(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const { tokens } = tokensOver(source, { clock });
    const pending = tokens.validate('t', asker());
    await tokens.revoke({ userId: 'u1' });
    answer(validAnswer({ issuedAt }));
    assert.equal((await pending).kind, 'invalid');
    assert.deepEqual(tokens.validate('t', asker()), { kind: 'invalid' });
  }
});

test('revoking whoever impersonates ends the impersonation', async () => {
  const { tokens, kind } = cloud({ impersonator: { id: 'racker', name: undefined } });
  await kind('ann/p1');
  assert.equal((await tokens.revoke({ userId: 'racker' })).dropped, 1);
  assert.equal(await kind('ann/p1'), 'invalid');
});

test('each revocation is counted and logged', async () => {
  const { tokens, meters, log } = cloud();
  await tokens.revoke({ projectId: 'p1' });
  assert.equal(meters.value('images_gateway_identity_revocations_total', { by: 'project' }), 1);
  assert.deepEqual(log.lines[0]?.fields, {
    kind: 'audit',
    event: 'tokens-revoked',
    images_gateway: { projectId: 'p1', at: clock.now(), dropped: 0, shared: undefined },
  });
});
