import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadStaticTokens } from '../../../src/config/static-tokens.ts';
import { printProblem } from '../../../src/files/problem.ts';
import { theSecret, tokensFile } from '../../support/config-file.ts';
import { writeFolder } from '../../support/policy-folder.ts';

const hash = '0123456789abcdef'.repeat(4);

const slips = [
  {
    name: 'a token instead of its hash',
    text: tokensFile.replace(hash, theSecret),
    says: [
      '3:13: "sha256" must be the SHA-256 of the token, 64 hex digits in lower case, as from: printf %s TOKEN | sha256sum.',
    ],
  },
  {
    name: 'a time that does not exist',
    text: tokensFile.replace('2030-01-01', '2030-13-01'),
    says: ['7:16: "expiresAt" names a time that does not exist.'],
  },
  {
    name: 'a day that its month does not have',
    text: tokensFile.replace('2030-01-01', '2030-02-30'),
    says: ['7:16: "expiresAt" names a time that does not exist.'],
  },
  {
    name: 'a time without its zone',
    text: tokensFile.replace('00Z', '00'),
    says: ['7:16: "expiresAt" must be a time in UTC such as 2030-12-31T23:59:59Z.'],
  },
  { name: 'no tokens', text: 'version: 1\ntokens: []\n', says: ['2:9: "tokens" must not be empty.'] },
  {
    name: 'one token twice',
    text: `${tokensFile}  - { sha256: ${hash}, user: { id: x }, project: { id: y } }\n`,
    says: ['8:15: This token is in the list already.'],
  },
];

for (const { name, text, says } of slips) {
  test(`a token file is refused with its place: ${name}`, async (t) => {
    const file = join(await writeFolder(t, { 'tokens.yaml': text }), 'tokens.yaml');
    const result = await loadStaticTokens(file);
    const said = result.ok
      ? []
      : result.problems.map((problem) => printProblem(problem).replace(`${file}:`, ''));
    assert.deepEqual(said, says);
    assert.ok(!said.join().includes(theSecret));
  });
}

test('a token without roles or end has none', async (t) => {
  const folder = await writeFolder(t, {
    'tokens.yaml': `version: 1\ntokens: [{ sha256: ${hash}, user: { id: x }, project: { id: y } }]\n`,
  });
  const result = await loadStaticTokens(join(folder, 'tokens.yaml'));
  assert.deepEqual(result, {
    ok: true,
    tokens: [{ sha256: hash, user: { id: 'x' }, project: { id: 'y' }, roles: [] }],
  });
});
