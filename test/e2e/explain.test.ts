/** A request, imagined or recorded, can be explained. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Decision } from '../../src/core/decision.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { command } from '../support/command.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { recording } from '../support/recorded-calls.ts';
import { root } from '../support/source-files.ts';

describe('explain', () => {
  test('tells a recorded decision stage by stage, down to the line that decided, without a value', async (t) => {
    const { file, guarded } = await recording(t);
    const { code, out } = await command(['explain', '--decision', guarded, '--decisions', file]);
    assert.equal(code, 0, out);
    assert.match(
      out,
      /^route +image-metadata-write \(policies\/images\.yaml:\d+\), guarded call image-metadata-merge$/m,
    );
    assert.match(out, /^decided by +disk-config-guard at policies\/images\.yaml:\d+$/m);
    assert.match(out, /^answer +409 conflictingRequest$/m);
    assert.match(out, /asked servers\.resizing\(.*\): found .* in VERIFY_RESIZE/);
    const lines = (await readFile(file, 'utf8')).split('\n');
    const [first] = lines;
    const passed: Decision = JSON.parse(first ?? '');
    const other = await command(['explain', '--decision', passed.id, '--decisions', file]);
    assert.match(other.out, /\{"metadata":\{"label":"\*{11}"\}\}/);
    assert.match(
      (await command(['explain', '--decision', 'no-such', '--decisions', file])).err,
      /There is no decision/,
    );
  });

  test('takes a curl command, and says what would be forwarded', async () => {
    const { out } = await command([
      'explain',
      '--json',
      '--given',
      '{ image: { metadata: { auto_disk_config: "True" } } }',
      '--',
      'curl',
      '-i',
      '-X',
      'POST',
      'http://127.0.0.1:8080/v2/images/d42f821e-c2d1-4796-9f07-af5ed7912d0e/metadata',
      '-H',
      'Content-Type: application/json',
      '-H',
      'X-Auth-Token: my-token',
      '-d',
      '{"metadata":{"auto_disk_config":"FALSE"}}',
    ]);
    const told = JSON.parse(out);
    assert.equal(told.verdict, 'pass');
    assert.deepEqual(told.change.changed, { auto_disk_config: { from: 'True', to: 'FALSE' } });
    assert.equal(told.forwarded.upstream, 'compute');
    assert.equal(told.forwarded.body, '{"metadata":{"auto_disk_config":"FALSE"}}');
    assert.ok(!out.includes('my-token'));
  });

  test('names the line of the limit that was used up', async () => {
    const { out } = await command([
      'explain',
      '--path',
      '/v2.1/servers',
      '--given',
      '{ limits: { used: { all-calls: 6000 } } }',
    ]);
    const line =
      (await readFile(join(root, 'policies/images.yaml'), 'utf8'))
        .split('\n')
        .findIndex((text) => text.includes('all-calls')) + 1;
    assert.match(out, new RegExp(`^decided by +rate-limit at policies/images\\.yaml:${line}$`, 'm'));
  });

  test('says what is wrong with what it was given', async () => {
    const slips: readonly (readonly [readonly string[], RegExp])[] = [
      [['--path', '/', '--identity', 'mumber'], /There is no caller "mumber"; did you mean "member"\?/],
      [
        ['--path', '/', '--given', '{ serverz: [] }'],
        /"serverz" is not known in "given"; did you mean "servers"\?/,
      ],
      [[], /Say which request/],
      [['--', 'curl', '-d', '@file', 'http://a/'], /Data from a file/],
      [['--policies', 'no-such'], /The policy folder cannot be read/],
    ];
    for (const [args, message] of slips) {
      const { code, err } = await command(['explain', ...args]);
      assert.match(err, message);
      assert.equal(code, 2);
    }
  });
});

describe('explain with a token', () => {
  test('asks the cloud of the settings who calls and what state things are in', async (t) => {
    const cloud = await startDemoCloud();
    t.after(() => cloud.close());
    const { gateway: own } = cloud.seed.users;
    const folder = await writeFolder(t, {
      'gateway.yaml': `version: 1
upstreams: { compute: { url: "${cloud.computeUrl}", api: /v2 }, image: { url: "${cloud.imageUrl}", api: /v2 } }
lookups: { compute: compute, image: image }
identity: { kind: keystone-v3, url: "${cloud.identityUrl}", credential: { kind: password, username: ${own.name}, password: file:secret, project: service } }
`,
      secret: own.password,
    });
    const { tokens, images } = cloud.seed;
    const settings = ['--config', join(folder, 'gateway.yaml'), '--token-stdin'];
    const curl = `curl -X POST http://a/v2/images/${images.resizing}/metadata -d {"metadata":{"auto_disk_config":"FALSE"}}`;
    const words = [...curl.split(' '), '-H', 'Content-Type: application/json', '-H', 'X-Auth-Token: another'];
    const { code, out } = await command(['explain', ...settings, '--', ...words], root, `${tokens.demo}\n`);
    assert.equal(code, 0, out);
    assert.match(out, new RegExp(`${cloud.seed.users.demo.id}.*${cloud.seed.projects.demo}`));
    assert.match(out, /asked servers\.resizing\(.*\): found .* in VERIFY_RESIZE/);
    assert.match(out, /^answer +409 conflictingRequest$/m);
    assert.ok(!out.includes(tokens.demo));
    const other = await command(['explain', ...settings, '--path', '/v2.1/servers'], root, 'no-such-token');
    assert.match(other.out, /^answer +401 /m);
  });

  test('says what is wrong with its input or the settings', async () => {
    const slips: readonly (readonly [readonly string[], string, RegExp])[] = [
      [['--path', '/a', '--config', 'nowhere.yaml'], 'a', /^nowhere\.yaml:1:1: The file does not exist/],
      [['--path', '/a'], '\n', /^There is no token on standard input/],
      [['--decision', 'a', '--decisions', 'b'], 'a', /^A token goes with --path or a curl command/],
    ];
    for (const [words, input, message] of slips) {
      const { code, err } = await command(['explain', '--token-stdin', ...words], root, input);
      assert.match(err, message);
      assert.equal(code, 2);
    }
    const old = await command(['explain', '--path', '/a', '--token', 'a-token']);
    assert.match(old.err, /unknown option '--token'/);
    assert.equal(old.code, 2);
  });
});
