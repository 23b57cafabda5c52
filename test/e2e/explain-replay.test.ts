/** What a gateway recorded can be explained, and tried on another policy. */
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Decision } from '../../src/core/decision.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { command } from '../support/command.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { root } from '../support/source-files.ts';
import { gatewayWords, onTerminal } from '../support/terminal.ts';

/** The shipped policy, changed. */
const changed = async (t: TestContext, edit: (text: string) => string): Promise<string> => {
  const folder = await writeFolder(t, {});
  await cp(join(root, 'policies'), folder, {
    recursive: true,
    filter: (path) => !path.endsWith('.cases.yaml'),
  });
  const file = join(folder, 'images.yaml');
  await writeFile(file, edit(await readFile(file, 'utf8')));
  return folder;
};

/** Calls of several people, recorded by a real gateway. */
const recording = async (t: TestContext) => {
  const file = join(await writeFolder(t, {}), 'decisions.jsonl');
  const log = { level: 'info', access: false, decisions: false, decisionFile: file } as const;
  const gateway = await startTestGateway(t, { config: { log } });
  const { tokens, images } = gateway.cloud.seed;
  const write = (image: string, token: string, metadata: object) =>
    call('POST', `${gateway.url}/v2/images/${image}/metadata`, token, { metadata });
  await write(images.ubuntu, tokens.demo, { label: 'Very Secret' });
  const guarded = await write(images.resizing, tokens.demo, { auto_disk_config: 'FALSE' });
  await write(images.ubuntu, tokens.reader, { label: 'a' });
  await write(images.disabled, tokens.demo, { auto_disk_config: 'TRUE' });
  await call('GET', `${gateway.url}/v2.1/servers`, tokens.reader);
  await gateway.stop(true);
  return { file, guarded: guarded.headers.get('x-policy-decision') ?? '' };
};

describe('replay', () => {
  test('finds nobody with another answer by the same policy', async (t) => {
    const { file } = await recording(t);
    const { code, out } = await command(['replay', file, '--policies', 'policies']);
    assert.equal(out, '5 decisions, 0 would have been answered otherwise\n');
    assert.equal(code, 0);
  });

  test('finds who is newly allowed and newly denied, by route, fault and project', async (t) => {
    const { file } = await recording(t);
    const lenient = await changed(t, (text) =>
      text.replaceAll('- use: disk-config-guard', '- use: disk-config-guard\n        mode: flag'),
    );
    const first = await command(['replay', file, '--policies', lenient, '--json']);
    assert.equal(first.code, 1);
    const { kinds } = JSON.parse(first.out);
    assert.deepEqual(kinds['newly allowed'].byFault, { 'disk-config-guard/resizing': 1 });
    assert.equal(kinds['newly allowed'].examples[0].after, 'flag disk-config-guard/resizing');
    assert.equal(kinds['newly denied'].count, 0);

    const strict = await changed(t, (text) => text.replace('points: 20,', 'points: 1,'));
    const second = await command(['replay', file, '--policies', strict]);
    assert.match(second.out, /^newly denied|^denied otherwise/m);
    assert.match(second.out, /by fault: rate-limit\/over-limit/);
    const same = await command(['replay', file, '--policies', strict, '--from', strict]);
    assert.equal(same.out, '5 decisions, 0 would have been answered otherwise\n');
  });

  test('tells the same every time', async (t) => {
    const { file } = await recording(t);
    const args = ['replay', file, '--policies', 'policies/examples/rackspace'];
    const [one, other] = await Promise.all([command(args), command(args)]);
    assert.equal(one.out, other.out);
  });

  test('goes over lines that are no decisions, such as a torn one, and tells where they stand', async (t) => {
    const { file } = await recording(t);
    const sound = await readFile(file, 'utf8');
    const torn = sound.slice(0, 100);
    await writeFile(file, `${torn}\n\n${sound}{"version":1,"id":5}\n${torn}\n${torn}`);
    const { code, out, err } = await command(['replay', file, '--policies', 'policies']);
    assert.equal(
      out,
      '5 decisions, 0 would have been answered otherwise\n4 lines of the file are no decisions\n',
    );
    const told = err.trimEnd().replaceAll(file, 'FILE').split('\n');
    assert.deepEqual(
      told.map((line) => line.split('. ')[0]),
      [
        'FILE:1: This line is not JSON',
        'FILE:8: The decision\'s "id" must be a text; see docs/schemas/decision.schema.json.',
        'FILE:9: This line is not JSON',
        'FILE: 4 lines could not be read in all.',
      ],
    );
    assert.equal(code, 2);
  });

  test('reads the answer of GET /decisions, too', async (t) => {
    const { file } = await recording(t);
    const decisions = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const answer = join(await writeFolder(t, {}), 'answer.json');
    await writeFile(answer, `{"decisions":[${decisions.join()}]}`);
    const { out } = await command(['replay', answer, '--policies', 'policies']);
    assert.equal(out, '5 decisions, 0 would have been answered otherwise\n');
  });
});

test('a replay shows how far it is on a terminal only, and leaves no trace of that in what it prints', async (t) => {
  const { file } = await recording(t);
  const line = `${gatewayWords(['replay', file, '--policies', 'policies'])}`;
  const report = '5 decisions, 0 would have been answered otherwise';
  const shown = await onTerminal(line);
  assert.match(shown, /\r\[#{40}\] 100 %\r {50}\r5 decisions/);
  const log = join(await writeFolder(t, {}), 'errors');
  assert.equal(await onTerminal(`${line} 2>'${log}'`), `${report}\r\n`);
  assert.equal(await readFile(log, 'utf8'), '');
  const into = join(await writeFolder(t, {}), 'report');
  assert.match(await onTerminal(`${line} >'${into}'`), /^\r\[#{40}\] 100 %\r {50}\r$/);
  assert.equal(await readFile(into, 'utf8'), `${report}\n`);
});

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
