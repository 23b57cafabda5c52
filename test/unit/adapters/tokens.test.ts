import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenAnswer } from '../../../src/core/ports.ts';
import { asker, identity, scriptedSource, tokensOver, validAnswer } from '../../support/tokens.ts';

const cacheOf = (result: string) => ['images_gateway_identity_cache_total', { result }] as const;

test('a cached token is answered without a promise, with the very same identity', async () => {
  const source = scriptedSource(() => validAnswer());
  const { tokens, meters } = tokensOver(source);
  const first = await tokens.validate('t', asker());
  const second = tokens.validate('t', asker());
  assert.ok(!(second instanceof Promise));
  assert.ok(first.kind === 'valid' && second.kind === 'valid' && first.identity === second.identity);
  assert.equal(source.asked.length, 1);
  assert.deepEqual([meters.value(...cacheOf('miss')), meters.value(...cacheOf('hit'))], [1, 1]);
});

test('a hit does not touch the asker, whose signal costs to make', async () => {
  const { tokens } = tokensOver(scriptedSource(() => validAnswer()));
  await tokens.validate('t', asker());
  const untouchable = {
    get signal(): AbortSignal {
      return assert.fail('the signal was asked for');
    },
  };
  assert.ok(!(tokens.validate('t', untouchable) instanceof Promise));
});

test('10,000 concurrent first requests with one token cause one look-up', async () => {
  const source = scriptedSource(() => new Promise((resolve) => setImmediate(() => resolve(validAnswer()))));
  const { tokens, meters } = tokensOver(source);
  const answers = await Promise.all(Array.from({ length: 10_000 }, () => tokens.validate('t', asker())));
  assert.ok(answers.every(({ kind }) => kind === 'valid'));
  assert.equal(source.asked.length, 1);
  assert.equal(meters.value(...cacheOf('coalesced')), 9999);
});

test('concurrent requests with different tokens never get the identity of another', async () => {
  const source = scriptedSource(async (token, count) => {
    // Answers come back in another order than they were asked for.
    for (let n = 0; n < 50 - count; n++) await Promise.resolve();
    return validAnswer({ user: { id: `user-of-${token}`, name: undefined, domain: undefined } });
  });
  const { tokens } = tokensOver(source);
  const asked = Array.from({ length: 200 }, (_, n) => `token${n % 50}`);
  const answers = await Promise.all(asked.map((token) => tokens.validate(token, asker())));
  answers.forEach((answer, n) => {
    assert.equal(answer.kind === 'valid' && answer.identity.user.id, `user-of-${asked[n]}`);
  });
});

test('a token that expires in the cache is refused in that very millisecond, without asking', async () => {
  const source = scriptedSource(() => validAnswer({ expiresAt: clock.now() + 10_000 }));
  const { tokens, clock } = tokensOver(source);
  await tokens.validate('t', asker());
  clock.advance(9999);
  assert.equal((tokens.validate('t', asker()) as TokenAnswer).kind, 'valid');
  clock.advance(1);
  assert.deepEqual(tokens.validate('t', asker()), { kind: 'invalid' });
  assert.equal(source.asked.length, 1);
});

test('a valid token is asked for again when its time in the cache is over', async () => {
  const source = scriptedSource((_token, count) => (count === 1 ? validAnswer() : { kind: 'invalid' }));
  const { tokens, clock } = tokensOver(source, { cache: { seconds: 60, negativeSeconds: 5, entries: 10 } });
  await tokens.validate('t', asker());
  clock.advance(60_000);
  assert.equal((await tokens.validate('t', asker())).kind, 'invalid');
  assert.equal(source.asked.length, 2);
});

for (const [random, seconds] of [
  [0, 54],
  [0.999999, 65],
] as const) {
  test(`with jitter ${random} a token stays for ${seconds} of 60 seconds`, async () => {
    const source = scriptedSource(() => validAnswer());
    const cache = { seconds: 60, negativeSeconds: 5, entries: 10 };
    const { tokens, clock } = tokensOver(source, { cache, random: () => random });
    await tokens.validate('t', asker());
    clock.advance(seconds * 1000 - 1);
    assert.ok(!(tokens.validate('t', asker()) instanceof Promise));
    clock.advance(1001);
    assert.ok(tokens.validate('t', asker()) instanceof Promise);
  });
}

test('an invalid token is remembered for 5 seconds, and may become valid after', async () => {
  const source = scriptedSource((_token, count) => (count === 1 ? { kind: 'invalid' } : validAnswer()));
  const { tokens, clock, meters } = tokensOver(source);
  assert.equal((await tokens.validate('t', asker())).kind, 'invalid');
  clock.advance(4999);
  assert.deepEqual(tokens.validate('t', asker()), { kind: 'invalid' });
  assert.equal(meters.value(...cacheOf('negative')), 1);
  clock.advance(1);
  assert.equal((await tokens.validate('t', asker())).kind, 'valid');
});

test('the cache is bound by entries, for valid and for invalid tokens', async () => {
  const source = scriptedSource((token) => (token.startsWith('v') ? validAnswer() : { kind: 'invalid' }));
  const { tokens } = tokensOver(source, { cache: { seconds: 60, negativeSeconds: 60, entries: 100 } });
  for (let n = 0; n < 1000; n++) {
    await tokens.validate(`v${n}`, asker());
    await tokens.validate(`i${n}`, asker());
  }
  assert.equal(tokens.health().cachedTokens, 100);
  assert.equal(tokens.validate('v999', asker()) instanceof Promise, false);
  assert.equal(tokens.validate('v0', asker()) instanceof Promise, true);
  assert.equal(tokens.validate('i0', asker()) instanceof Promise, true);
});

test('an outage is not remembered: the next request asks again', async () => {
  const source = scriptedSource((_token, count) =>
    count === 1 ? { kind: 'unavailable', reason: 'timeout' } : validAnswer(),
  );
  const { tokens, meters } = tokensOver(source);
  assert.equal((await tokens.validate('t', asker())).kind, 'unavailable');
  assert.equal((await tokens.validate('t', asker())).kind, 'valid');
  const labels = { source: 'keystone-v3', reason: 'timeout' };
  assert.equal(meters.value('images_gateway_identity_outages_total', labels), 1);
});

test('who goes away is not waited for, and the others get their answer', async () => {
  let answer = (_: TokenAnswer): void => undefined;
  const source = scriptedSource(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const { tokens } = tokensOver(source);
  const leaving = new AbortController();
  const gone = tokens.validate('t', { signal: leaving.signal });
  const staying = tokens.validate('t', asker());
  leaving.abort();
  const left = await gone;
  assert.equal(left.kind === 'unavailable' && left.reason, 'timeout');
  answer({ kind: 'valid', identity: identity() });
  assert.equal((await staying).kind, 'valid');
});

test('a form that no identity service issues is invalid without a look-up', () => {
  const source = scriptedSource(() => validAnswer());
  const { tokens } = tokensOver(source);
  for (const token of ['', 'two words', 'x'.repeat(9000), 'ü', 'a\u0000b', 'gAAAAA!!!!']) {
    assert.deepEqual(tokens.validate(token, asker()), { kind: 'invalid' });
  }
  assert.equal(source.asked.length, 0);
});
