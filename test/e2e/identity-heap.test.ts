import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { test } from 'node:test';
import { tokenHash } from '../../src/adapters/token-source.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { demoCall } from '../support/demo-call.ts';
import { writeFolder } from '../support/policy-folder.ts';

const script = join(import.meta.dirname, '../support/gateway-process.ts');
const path = `/v2/images/${seedIds.images.ubuntu}/metadata`;

const policy = 'version: 1\ndefault: { upstream: compute, stages: [{ use: authenticate }] }\n';

test('a heap snapshot of the gateway holds the hash of a cached token, and of the token nothing', async (t) => {
  const cloud = await startDemoCloud();
  const policies = await writeFolder(t, { 'all.yaml': policy });
  t.after(() => Promise.all([cloud.close(), rm(`${policies}.heapsnapshot`, { force: true })]));
  const { identityUrl, computeUrl, imageUrl, seed } = cloud;
  const known = JSON.stringify({ identityUrl, computeUrl, imageUrl, seed: { users: seed.users } });
  const child = spawn(process.execPath, [script, known, policies], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const url = String((await lines.next()).value);

  const secrets: string[] = [];
  for (let n = 0; n < 5; n++) {
    const auth = {
      identity: {
        methods: ['password'],
        password: { user: { name: 'demo', password: 'demopw', domain: { id: 'default' } } },
      },
      scope: { project: { name: 'demo', domain: { id: 'default' } } },
    };
    const signedIn = await demoCall(identityUrl, 'POST', '/v3/auth/tokens', { body: { auth } });
    const token = String(signedIn.headers['x-subject-token']);
    const unknown = randomBytes(24).toString('base64url');
    for (const _ of [1, 2]) {
      assert.equal((await demoCall(url, 'GET', path, { token })).status, 200);
      assert.equal((await demoCall(url, 'GET', path, { token: unknown })).status, 401);
    }
    secrets.push(token, unknown);
  }
  // The last request of each connection stays with it until the next one: some with a token that may be found.
  for (let n = 0; n < 20; n++) await demoCall(url, 'GET', path, { token: 'placeholder-token' });

  child.stdin.end();
  const snapshot = await readFile(String((await lines.next()).value), 'utf8');
  await exited;
  assert.ok(snapshot.includes(tokenHash(secrets[0] ?? '')), 'the snapshot shows what the cache holds');
  for (const secret of secrets) {
    for (let at = 0; at + 12 <= secret.length; at += 6) {
      assert.ok(!snapshot.includes(secret.slice(at, at + 12)), 'a part of a token is in memory');
    }
  }
});
