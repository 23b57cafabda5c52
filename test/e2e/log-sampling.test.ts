/** Lines of passes may be sampled; those of everything else never are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { isDrawn } from '../../src/pipeline/sampling.ts';
import { call, startTestGateway } from '../support/gateway.ts';

const { tokens, images, servers } = seedIds;
const ours = (line: Readonly<Record<string, unknown>>) => line['images_gateway'] as Record<string, unknown>;

test('one in many passes is written with both lines, and every refusal, flag and failure', async (t) => {
  const log = { level: 'info', access: true, decisions: true, sample: 1_000_000 } as const;
  const gateway = await startTestGateway(t, { config: { log } });
  const metadata = (id: string) => `${gateway.url}/v2/images/${id}/metadata`;
  for (let n = 0; n < 20; n++) await call('GET', metadata(images.ubuntu), tokens.demo);
  const disk = { metadata: { auto_disk_config: 'FALSE' } };
  const resize = { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'MANUAL' } };
  const written = [
    await call('POST', metadata(images.resizing), tokens.demo, disk),
    await call('POST', `${gateway.url}/v2/servers/${servers.web}/action`, tokens.demo, resize),
    await call('GET', `${metadata(images.ubuntu)}/no-such-key`, tokens.demo),
  ];
  assert.deepEqual(
    written.map(({ status }) => status),
    [409, 202, 404],
  );
  await gateway.cloud.close();
  written.push(await call('GET', metadata(images.ubuntu), tokens.demo));
  const expected = written.map(({ headers }) => headers.get('x-openstack-request-id'));
  for (const kind of ['access', 'decision']) {
    const lines = gateway.lines.filter((line) => line['kind'] === kind);
    const always = lines.filter((line) => ours(line)['sample'] === undefined);
    assert.deepEqual(
      always.map((line) => ours(line)['request']),
      expected,
      kind,
    );
    assert.ok(lines.length - always.length < 5, 'passes are left out');
  }
});

test('lines that are sampled tell the rate, and counts scale to what was asked', async (t) => {
  const log = { level: 'info', access: true, decisions: true, sample: 3 } as const;
  const gateway = await startTestGateway(t, { config: { log } });
  const ids: string[] = [];
  for (let n = 0; n < 60; n++) {
    const { headers } = await call('GET', `${gateway.url}/v2/images`, tokens.demo);
    ids.push(headers.get('x-policy-decision') ?? '');
  }
  const drawn = ids.filter((id) => isDrawn(id, 3));
  const lines = gateway.lines.filter(({ kind }) => kind === 'decision');
  assert.deepEqual(
    lines.map((line) => ours(line)['decision']),
    drawn,
  );
  for (const line of lines) assert.equal(ours(line)['sample'], 3);
});
