import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { Secret } from '../../../src/core/secret.ts';

test('a secret never shows, however it is printed', () => {
  const secret = new Secret('hunter2');
  const holder = { deep: { secret, list: [secret] } };
  const prints = {
    text: String(secret),
    template: `is ${secret}`,
    json: JSON.stringify(holder),
    inspect: inspect(holder, { depth: 9, showHidden: true }),
    raw: inspect(holder, { depth: 9, customInspect: false, showHidden: true }),
    format: format('%s %o %j', secret, secret, secret),
    keys: JSON.stringify(Object.getOwnPropertyNames(secret)),
    error: new Error(String(secret)).message,
  };
  for (const [way, text] of Object.entries(prints)) assert.ok(!text.includes('hunter2'), way);
  assert.equal(prints.json, '{"deep":{"secret":"[secret]","list":["[secret]"]}}');
});

test('a secret gives its text to those who ask for it', () => {
  assert.equal(new Secret('hunter2').reveal(), 'hunter2');
});

test('a secret cannot be changed', () => {
  const secret = new Secret('hunter2') as unknown as Record<string, unknown>;
  assert.throws(() => {
    secret['reveal'] = () => 'other';
  }, TypeError);
});
