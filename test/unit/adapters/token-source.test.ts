import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPlausibleToken, tokenHash } from '../../../src/adapters/token-source.ts';

test('a token is named as sha256sum names it', () => {
  assert.equal(tokenHash('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

const fernet = fc
  .uint8Array({ minLength: 60, maxLength: 200 })
  .map((bytes) => Buffer.concat([Buffer.from([0x80, 0, 0, 0, 0]), bytes]).toString('base64url'));

test('Fernet tokens pass as Keystone issues them', () => {
  fc.assert(fc.property(fernet, (token) => token.startsWith('gAAAA') && isPlausibleToken(token)));
});

/** What Python's base64 reader makes of a text: foreign characters are dropped, unused bits ignored. */
const pythonReads = (token: string): string =>
  Buffer.from(token.replace(/[^A-Za-z0-9+/_-]/g, ''), 'base64url').toString('hex');

test('no second spelling of a Fernet token passes', () => {
  const tricks = fc.tuple(
    fernet,
    fc.nat(),
    fc.string({ minLength: 1, maxLength: 3 }),
    fc.constantFrom('insert', 'replace'),
  );
  fc.assert(
    fc.property(tricks, ([token, position, piece, how]) => {
      const at = position % token.length;
      const other = token.slice(0, at) + piece + token.slice(how === 'insert' ? at : at + piece.length);
      if (other === token || pythonReads(other) !== pythonReads(token)) return;
      assert.ok(!isPlausibleToken(other), other);
    }),
    { numRuns: 2000 },
  );
  const twoKinds = `gAAAA${'-_'.repeat(30)}`;
  for (const other of [
    `....${twoKinds}`,
    `=${twoKinds}`,
    twoKinds.replaceAll('-', '+').replaceAll('_', '/'),
  ]) {
    assert.ok(!isPlausibleToken(other), other);
  }
  const unusedBits = `${'gAAAA'}${'A'.repeat(57)}`;
  assert.ok(isPlausibleToken(unusedBits));
  assert.ok(!isPlausibleToken(unusedBits.replace(/A$/, 'B')));
  assert.ok(!isPlausibleToken(`${unusedBits}==`));
});

test('UUID and PKI tokens pass', () => {
  assert.ok(isPlausibleToken('f064c46a782c444cb4ba4b6434288f7c'));
  assert.ok(isPlausibleToken(`MII${'Ab+/-_='.repeat(700)}`));
});

test('a JWS token passes in one spelling only', () => {
  const part = (text: string) => Buffer.from(text).toString('base64url');
  const token = `${part('{"alg":"ES256"}')}.${part('{"sub":"u"}')}.${part('signature!')}`;
  assert.ok(isPlausibleToken(token));
  for (const other of [`${token}=`, `${token}....`, `${token}!!!!`, `${token.slice(0, -1)}R`]) {
    assert.ok(!isPlausibleToken(other), other);
  }
});
