import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configProblems, goodConfig, upstreams } from '../../support/config-file.ts';

const keystone = (more: string, url = 'http://k:5000') => `version: 1
${upstreams}identity:
  kind: keystone-v3
  url: "${url}"
${more}
`;
const password = (members: string) =>
  keystone(`  credential: { kind: password, password: file:secrets/pw, ${members} }`);
const caller = (more: string, url?: string) => keystone(`  credential: { kind: caller }\n  ${more}`, url);

for (const [name, text, says] of [
  [
    'a service user without name and id',
    password('project: p'),
    '5:3: "username" or "userId" is missing in "credential".',
  ],
  [
    'a project with name and id',
    password('username: g, project: p, projectId: q'),
    '5:87: "credential" has both "project" and "projectId"; keep one of them.',
  ],
  [
    'a shared token cache without Redis',
    caller('shared: { key: file:secrets/pw }'),
    '6:3: "shared" needs a Redis: set "store" in "limits", or leave it out.',
  ],
  ['certificates for plain HTTP', caller('tls: {}'), '6:3: "tls" needs an "url" that begins with https://.'],
] as const) {
  test(`refused with line and column: ${name}`, async (t) => {
    const [problem = '', ...others] = await configProblems(t, text);
    assert.deepEqual(
      [problem.replace(/^gateway\.yaml:\d+:\d+/, ''), others],
      [says.replace(/^\d+:\d+/, ''), []],
    );
    assert.match(problem, /^gateway\.yaml:\d+:\d+: /);
  });
}

test('user and project may be named by their ids', async (t) => {
  const { identity } = await goodConfig(t, password('userId: u1, projectId: p1'));
  assert.ok(identity.kind === 'keystone-v3' && identity.credential.kind === 'password');
  assert.deepEqual([identity.credential.userId, identity.credential.projectId], ['u1', 'p1']);
});

test('a shared token cache goes with any kind of Redis', async (t) => {
  const text = `${caller('shared: { key: file:secrets/pw }')}limits: { store: redis, url: "redis://r:6379" }\n`;
  const { identity } = await goodConfig(t, text);
  assert.ok(identity.kind === 'keystone-v3');
  assert.equal(String(identity.shared?.key), '[secret]');
});

test('certificates go with an address of https', async (t) => {
  const { identity } = await goodConfig(t, caller('tls: { serverName: k }', 'https://k:5000'));
  assert.ok(identity.kind === 'keystone-v3');
  assert.equal(identity.tls?.serverName, 'k');
});
