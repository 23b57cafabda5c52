import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { metadata } from '../support/disk-config-doors.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { editedPolicies } from '../support/open-policies.ts';

const { tokens, images, servers } = seedIds;
const change = { metadata: { auto_disk_config: 'TRUE' } };

for (const [scope, seen, status] of [
  ['project', 'caller', 200],
  ['all', 'service', 409],
] as const) {
  test(`servers of other projects, scope ${scope} as ${seen}: a change of the image they are built from answers ${status}`, async (t) => {
    const dir = await editedPolicies(t, (text) =>
      text.replaceAll(
        '- use: disk-config-guard\n',
        `- use: disk-config-guard\n        with: { scope: ${scope} }\n`,
      ),
    );
    const cloud = await startDemoCloud({ resizeMs: 0 });
    t.after(() => cloud.close());
    const { lookups } = demoConfig(cloud, { port: 0, adminPort: 0 });
    const config = { policies: { dir }, lookups: { ...lookups, servers: seen } };
    const { url } = await startTestGateway(t, { cloud, config });
    const resize = { resize: { flavorRef: '2' } };
    // Behind the gateway's back, in the other project, so that only the list of all projects can tell.
    const resized = await call(
      'POST',
      `${cloud.computeUrl}/v2/servers/${servers.other}/action`,
      tokens.other,
      resize,
    );
    assert.equal(resized.status, 202);
    const answer = await call('POST', url + metadata(images.public), tokens.admin, change);
    assert.equal(answer.status, status, answer.message);
    if (status !== 409) return;
    assert.match(answer.message, /1 of other projects/);
    assert.ok(!answer.message.includes(servers.other));
  });
}

test('a service user that may not list all projects is an outage of the gateway’s, not a refusal of the caller’s', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { lookups, identity } = demoConfig(cloud, { port: 0, adminPort: 0 });
  assert.ok(identity.kind === 'keystone-v3' && identity.credential.kind === 'password');
  const credential = { ...identity.credential, username: seedIds.users.validator.name };
  const { url } = await startTestGateway(t, {
    cloud,
    config: { lookups: { ...lookups, servers: 'service' }, identity: { ...identity, credential } },
  });
  const answer = await call('POST', url + metadata(images.ubuntu), tokens.demo, {
    metadata: { auto_disk_config: 'FALSE' },
  });
  assert.equal(answer.status, 503);
  assert.match(answer.message, /could not read the servers/);
});
