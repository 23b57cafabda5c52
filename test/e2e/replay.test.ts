/** What a gateway recorded can be tried on another policy. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { command } from '../support/command.ts';
import { shippedPolicy, writeFolder } from '../support/policy-folder.ts';
import { recording } from '../support/recorded-calls.ts';
import { gatewayWords, onTerminal } from '../support/terminal.ts';

describe('replay', () => {
  test('finds nobody with another answer by the same policy', async (t) => {
    const { file } = await recording(t);
    const { code, out } = await command(['replay', file, '--policies', 'policies']);
    assert.equal(out, '5 decisions, 0 would have been answered otherwise\n');
    assert.equal(code, 0);
  });

  test('finds who is newly allowed and newly denied, by route, fault and project', async (t) => {
    const { file } = await recording(t);
    const lenient = await shippedPolicy(t, (text) =>
      text.replaceAll('- use: disk-config-guard', '- use: disk-config-guard\n        mode: flag'),
    );
    const first = await command(['replay', file, '--policies', lenient, '--json']);
    assert.equal(first.code, 1);
    const { kinds } = JSON.parse(first.out);
    assert.deepEqual(kinds['newly allowed'].byFault, { 'disk-config-guard/resizing': 1 });
    assert.equal(kinds['newly allowed'].examples[0].after, 'flag disk-config-guard/resizing');
    assert.equal(kinds['newly denied'].count, 0);

    const strict = await shippedPolicy(t, (text) => text.replace('points: 20,', 'points: 1,'));
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
