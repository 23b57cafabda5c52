import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { tokenHash } from '../../src/adapters/token-source.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder } from '../support/policy-folder.ts';

const { tokens, users, projects, images } = seedIds;
const main = join(import.meta.dirname, '../../src/main.ts');

const started = async (t: TestContext) => {
  const dir = await writeFolder(t, {
    'all.yaml': 'version: 1\ndefault: { upstream: compute, stages: [{ use: authenticate }] }\n',
  });
  const gateway = await startTestGateway(t, { config: { policies: { dir } } });
  const statusOf = async (token: string): Promise<number> =>
    (await call('GET', `${gateway.url}/v2/images/${images.ubuntu}`, token)).status;
  const revoke = (query: string, headers?: Record<string, string>) =>
    call('POST', `${gateway.adminUrl}/tokens/revoke?${query}`, undefined, undefined, headers);
  return { gateway, statusOf, revoke };
};

test('an operator makes a token void by its hash; it is refused at once, others are not', async (t) => {
  const { gateway, statusOf, revoke } = await started(t);
  for (const token of [tokens.demo, tokens.member2]) assert.equal(await statusOf(token), 200);
  const answer = await revoke(`hash=${tokenHash(tokens.demo)}`);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, {
    revoked: { tokenHash: tokenHash(tokens.demo) },
    dropped: 1,
    replicas: 'There is no Redis: only this gateway knows. Tell each of the others.',
  });
  assert.deepEqual([await statusOf(tokens.demo), await statusOf(tokens.member2)], [401, 200]);
  const audit = gateway.lines.find((line) => line['event'] === 'tokens-revoked');
  const told = audit?.['images_gateway'] as Record<string, unknown>;
  assert.equal(told['dropped'], 1);
});

test('all tokens of a user or of a project are made void', async (t) => {
  const { statusOf, revoke } = await started(t);
  for (const token of [tokens.demo, tokens.applicationCredential, tokens.reader, tokens.other])
    await statusOf(token);
  assert.equal((await revoke(`user=${users.demo.id}`)).status, 200);
  assert.deepEqual([await statusOf(tokens.demo), await statusOf(tokens.applicationCredential)], [401, 401]);
  assert.equal(await statusOf(tokens.reader), 200);
  await revoke(`project=${projects.demo}`);
  assert.deepEqual([await statusOf(tokens.reader), await statusOf(tokens.other)], [401, 404]);
});

for (const [name, query] of [
  ['nothing', ''],
  ['two things', 'user=a&project=b'],
  ['one thing twice', 'user=a&user=b'],
  ['an empty user', 'user='],
  ['a token instead of its hash', `hash=${tokens.demo}`],
  ['something unknown', 'token=abc'],
] as const) {
  test(`a revocation that names ${name} is refused with a sentence`, async (t) => {
    const { revoke } = await started(t);
    const answer = await revoke(query);
    assert.equal(answer.status, 400);
    assert.match(JSON.stringify(answer.body), /Never send the token itself/);
  });
}

test('a page in a browser cannot revoke', async (t) => {
  const { revoke, statusOf } = await started(t);
  assert.equal((await revoke(`user=${users.demo.id}`, { origin: 'http://evil.example' })).status, 403);
  assert.equal(await statusOf(tokens.demo), 200);
});

const command = async (args: readonly string[], input = '') => {
  const child = spawn(process.execPath, [main, 'tokens', 'revoke', ...args], { stdio: 'pipe' });
  child.stdin.end(input);
  const exit = once(child, 'exit');
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await exit;
  return { code, output, errors };
};

test('the command line revokes, and a token comes on standard input and never leaves', async (t) => {
  const { gateway, statusOf } = await started(t);
  await statusOf(tokens.demo);
  const done = await command(['--admin', gateway.adminUrl, '--stdin'], `${tokens.demo}\n`);
  assert.deepEqual([done.code, done.errors], [0, '']);
  assert.match(done.output, /^Revoked\. This gateway had one cached token of it\./);
  assert.equal(await statusOf(tokens.demo), 401);
  const user = await command(['--admin', gateway.adminUrl, '--user', users.reader.id]);
  assert.match(user.output, /^Revoked\. This gateway had 0 cached tokens/);
});

test('the command line says what it needs, and that no gateway answers', async () => {
  const none = await command([]);
  assert.equal(none.code, 2);
  assert.match(none.errors, /--hash, --user, --project/);
  const both = await command(['--user', 'a', '--project', 'b']);
  assert.equal(both.code, 2);
  const nobody = await command(['--admin', 'http://127.0.0.1:1', '--user', 'a']);
  assert.equal(nobody.code, 1);
  assert.match(nobody.errors, /No gateway answers at http:\/\/127\.0\.0\.1:1/);
});
