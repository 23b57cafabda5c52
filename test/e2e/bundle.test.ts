import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBundle } from '../../src/policy/bundle.ts';
import { command } from '../support/command.ts';
import { writeFolder } from '../support/policy-folder.ts';

const keys = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    private: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    public: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};

test('a bundle carries a whole policy, signed, and every change of it is found', async (t) => {
  const [mine, other] = [keys(), keys()];
  const folder = await writeFolder(t, { 'k.pem': mine.private, 'p.pem': mine.public, 'o.pem': other.public });
  const file = join(folder, 'policies.bundle.json');
  const built = await command(['bundle', 'build', 'policies', file, '--key', join(folder, 'k.pem')]);
  assert.equal(built.code, 0, built.err);
  const verify = (...more: string[]) => command(['bundle', 'verify', file, ...more]);
  const good = await verify('--public-key', join(folder, 'p.pem'));
  assert.match(good.out, /revision [0-9a-f]{16}, signed$/m);
  assert.equal(good.code, 0);
  const wrong = await verify('--public-key', join(folder, 'o.pem'));
  assert.match(wrong.err, /The signature of the bundle is not by this key/);
  assert.equal(wrong.code, 1);

  const text = await readFile(file, 'utf8');
  const read = readBundle(file, text, mine.public);
  assert.ok(read.ok);
  assert.ok(read.content.cases.length > 0 && read.content.schemas.length > 5);
  const { signature: _signature, ...unsigned } = JSON.parse(text);
  for (const [changed, message] of [
    [text.replace('points: 20,', 'points: 99,'), /checksum of the bundle is wrong/],
    [text.slice(0, -100), /it is not JSON/],
    [JSON.stringify(unsigned), /is not signed/],
    ['{}', /no bundle of version 1/],
  ] as const) {
    const result = readBundle(file, changed, mine.public);
    assert.ok(!result.ok);
    assert.match(result.message, message);
  }
});

test('a policy that does not load, or with a red case, is not bundled', async (t) => {
  const folder = await writeFolder(t, { 'policies/a.yaml': 'version: 1\nroutez: []\n' });
  const file = join(folder, 'b.json');
  const broken = await command(['bundle', 'build', join(folder, 'policies'), file]);
  assert.equal(broken.code, 1);
  assert.match(broken.err, /did you mean "routes"\?/);
  await writeFile(join(folder, 'policies/a.yaml'), 'version: 1\n');
  await writeFile(
    join(folder, 'policies/a.cases.yaml'),
    'version: 1\ncases: [{ name: a, request: { path: / }, expect: { verdict: pass } }]\n',
  );
  const red = await command(['bundle', 'build', join(folder, 'policies'), file]);
  assert.match(red.err, /Case "a" fails/);
});
