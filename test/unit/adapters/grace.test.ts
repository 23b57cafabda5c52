import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenAnswer } from '../../../src/core/ports.ts';
import { asker, scriptedSource, type TestTokens, tokensOver, validAnswer } from '../../support/tokens.ts';

interface Outage extends TestTokens {
  setDown(down: boolean): void;
  /** The identity by grace, if any. */
  take(token?: string): Promise<string | undefined>;
}

/** A token that was validated, the cache's minute having passed; the service can be taken down. */
const outage = async (
  grace?: { seconds: number; uses: number },
  expiresInMs = 3_600_000,
): Promise<Outage> => {
  let down = false;
  const source = scriptedSource(
    (): TokenAnswer =>
      down
        ? { kind: 'unavailable', reason: 'refused' }
        : validAnswer({ expiresAt: made.clock.now() + expiresInMs }),
  );
  const cache = { seconds: 60, negativeSeconds: 5, entries: 10 };
  const circuit = { failures: 1000, pauseMs: 1000, longestMs: 1000 };
  const made = tokensOver(source, { cache, circuit, grace });
  await made.tokens.validate('t', asker());
  down = true;
  made.clock.advance(60_000);
  return {
    ...made,
    setDown: (value) => {
      down = value;
    },
    take: async (token = 't') => {
      const answer = await made.tokens.validate(token, asker());
      assert.ok(answer.kind === 'unavailable');
      return answer.grace?.()?.user.id;
    },
  };
};

test('without grace in the configuration there is none', async () => {
  const { take } = await outage();
  assert.equal(await take(), undefined);
});

test('a caller who was valid lately is known a little longer, each use counted and logged', async () => {
  const { take, meters, log, clock } = await outage({ seconds: 30, uses: 100 });
  assert.equal(await take(), 'u1');
  clock.advance(29_999);
  assert.equal(await take(), 'u1');
  assert.equal(meters.value('images_gateway_identity_cache_total', { result: 'grace' }), 2);
  const lines = log.lines.filter(({ message }) => message.includes('let through'));
  assert.deepEqual(
    lines.map(({ fields }) => fields),
    [
      { userId: 'u1', projectId: 'p1', use: 1, of: 100 },
      { userId: 'u1', projectId: 'p1', use: 2, of: 100 },
    ],
  );
  clock.advance(1);
  assert.equal(await take(), undefined, 'the time is over');
});

test('a stranger gets no grace', async () => {
  const { take } = await outage({ seconds: 30, uses: 100 });
  assert.equal(await take('another'), undefined);
});

test("grace never outlives the token's own end", async () => {
  const { tokens, clock } = await outage({ seconds: 3600, uses: 100 }, 61_000);
  const answer = await tokens.validate('t', asker());
  assert.ok(answer.kind === 'unavailable');
  clock.advance(1000);
  assert.equal(answer.grace?.(), undefined);
  assert.deepEqual(await tokens.validate('t', asker()), { kind: 'invalid' });
});

test('the uses of one outage are limited for all together, and the next outage has its own', async () => {
  const { take, tokens, clock, setDown } = await outage({ seconds: 3600, uses: 2 });
  assert.deepEqual([await take(), await take(), await take()], ['u1', 'u1', undefined]);
  setDown(false);
  assert.equal((await tokens.validate('t', asker())).kind, 'valid');
  setDown(true);
  clock.advance(60_000);
  assert.equal(await take(), 'u1');
});

test('an answer whose grace is not taken costs no use', async () => {
  const { take, tokens } = await outage({ seconds: 3600, uses: 1 });
  for (let n = 0; n < 5; n++) await tokens.validate('t', asker());
  assert.equal(await take(), 'u1');
});

test('grace also holds while the circuit is open', async () => {
  const source = scriptedSource(() => (down ? { kind: 'unavailable', reason: 'timeout' } : validAnswer()));
  let down = false;
  const { tokens, clock } = tokensOver(source, { grace: { seconds: 600, uses: 9 } });
  await tokens.validate('t', asker());
  down = true;
  clock.advance(400_000);
  for (let n = 0; n < 5; n++) await tokens.validate(`x${n}`, asker());
  const answer = tokens.validate('t', asker());
  assert.ok(
    !(answer instanceof Promise) && answer.kind === 'unavailable' && answer.reason === 'circuit-open',
  );
  assert.equal(answer.grace?.()?.user.id, 'u1');
});

test('a revoked token has no grace', async () => {
  const { tokens } = await outage({ seconds: 3600, uses: 9 });
  await tokens.revoke({ userId: 'u1' });
  const answer = await tokens.validate('t', asker());
  assert.ok(answer.kind === 'unavailable');
  assert.equal(answer.grace, undefined);
});
