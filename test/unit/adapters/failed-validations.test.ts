import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientNetwork } from '../../../src/stages/client-network.ts';
import { asker, scriptedSource, tokensOver, validAnswer } from '../../support/tokens.ts';

const limited = () => {
  const source = scriptedSource((token) => (token.startsWith('good') ? validAnswer() : { kind: 'invalid' }));
  const failureLimit = { failures: 3, seconds: 60, clients: 100, network: clientNetwork };
  const made = tokensOver(source, { failureLimit });
  let sent = 0;
  const bad = async (address: string): Promise<string> => {
    const answer = await made.tokens.validate(`bad${++sent}`, asker(address));
    return answer.kind;
  };
  return { ...made, source, bad };
};

test('after so many invalid tokens an address is not looked up for, until its window ends', async () => {
  const { bad, tokens, clock, source, meters } = limited();
  for (let n = 0; n < 3; n++) assert.equal(await bad('192.0.2.1'), 'invalid');
  clock.advance(10_000);
  const answer = tokens.validate('good', asker('192.0.2.1'));
  assert.deepEqual(answer, { kind: 'limited', retryAfterMs: 50_000 });
  assert.equal(source.asked.length, 3);
  assert.equal(meters.value('images_gateway_identity_cache_total', { result: 'limited' }), 1);
  clock.advance(50_000);
  assert.equal((await tokens.validate('good', asker('192.0.2.1'))).kind, 'valid');
});

test('other addresses are not concerned, and neither is a token in the cache', async () => {
  const { bad, tokens } = limited();
  await tokens.validate('good', asker('192.0.2.1'));
  for (let n = 0; n < 4; n++) await bad('192.0.2.1');
  assert.equal((await tokens.validate('good', asker('192.0.2.1'))).kind, 'valid');
  assert.equal((await tokens.validate('good2', asker('192.0.2.2'))).kind, 'valid');
  assert.equal(await bad('192.0.2.1'), 'limited');
});

test('one host of IPv6 has a whole /64, and an IPv4 address in IPv6 clothes is itself', async () => {
  const { bad } = limited();
  for (const last of ['1', '2', 'ffff:3']) await bad(`2001:db8:0:1::${last}`);
  assert.equal(await bad('2001:db8:0:1:aaaa::1'), 'limited');
  assert.equal(await bad('2001:db8:0:2::1'), 'invalid');
  for (let n = 0; n < 3; n++) await bad('::ffff:192.0.2.7');
  assert.equal(await bad('192.0.2.7'), 'limited');
});

test('the same bad token again costs nothing: the answer is remembered', async () => {
  const { tokens, bad } = limited();
  for (let n = 0; n < 10; n++) await tokens.validate('bad', asker('192.0.2.1'));
  assert.equal(await bad('192.0.2.1'), 'invalid');
});

test("an outage of the identity service is nobody's failure", async () => {
  const source = scriptedSource(() => ({ kind: 'unavailable', reason: 'timeout' }));
  const failureLimit = { failures: 1, seconds: 60, clients: 100, network: clientNetwork };
  const circuit = { failures: 1000, pauseMs: 1, longestMs: 1 };
  const { tokens } = tokensOver(source, { failureLimit, circuit });
  for (let n = 0; n < 5; n++) {
    assert.equal((await tokens.validate(`t${n}`, asker('192.0.2.1'))).kind, 'unavailable');
  }
});

test('the memory of addresses is bound', async () => {
  const { bad } = limited();
  for (let n = 0; n < 3; n++) await bad('192.0.2.1');
  for (let n = 0; n < 100; n++) await bad(`198.51.100.${n}`);
  assert.equal(await bad('192.0.2.1'), 'invalid', 'it was forgotten');
});
