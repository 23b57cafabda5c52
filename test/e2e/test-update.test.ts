/** `images-gateway test --update` as somebody uses it: it tells first, and writes only what was said yes to. */
import assert from 'node:assert/strict';
import { chmod, lstat, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { command } from '../support/command.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { root } from '../support/source-files.ts';
import { gatewayWords, onTerminal } from '../support/terminal.ts';

const policy = `version: 1
routes:
  - id: flavors
    match: { path: /flavors, methods: [GET] }
    stages: [{ use: authenticate }, { use: rate-limit }]
`;

const before = `# What flavors do.
version: 1

cases:   # two of them
  - { name: nobody reads, request: { path: /flavors }, expect: { verdict: deny, status: 403 } }  # so far
  - name: 'a stranger'
    given: { identity: none }
    request: {path: "/flavors"}
    expect:
      # Who has no token
      stage: authenticate   # is asked for one
      status:   403    # by the seed
`;

const after = `# What flavors do.
version: 1

cases:   # two of them
  - { name: nobody reads, request: { path: /flavors }, expect: { verdict: pass } }  # so far
  - name: 'a stranger'
    given: { identity: none }
    request: {path: "/flavors"}
    expect:
      # Who has no token
      stage: authenticate   # is asked for one
      status:   401    # by the seed
`;

const folderWith = async (t: TestContext, cases = before) => {
  const folder = await writeFolder(t, { 'small.yaml': policy, 'small.cases.yaml': cases });
  const file = join(folder, 'small.cases.yaml');
  return { folder, file, text: () => readFile(file, 'utf8') };
};

const answered = (args: readonly string[], answer: string): Promise<string> =>
  onTerminal(`${gatewayWords(args)}; echo "ends with $?"`, { after: 'Type yes: ', text: answer });

describe('test --update', () => {
  test('tells what would be written, and writes nothing where nobody can say yes', async (t) => {
    const { folder, file, text } = await folderWith(t);
    const { code, out, err } = await command(['test', '--update', folder], root, 'yes\n');
    assert.equal(code, 1);
    assert.ok(
      out.endsWith(
        `
${file}:5: nobody reads
  - verdict: deny
  + verdict: pass
  - status: 403
${file}:6: a stranger
  - status: 403
  + status: 401

`,
      ),
      out,
    );
    assert.match(err, /^Nothing is written without a yes: look at the lines above, and say --yes\.$/m);
    assert.equal(await text(), before);
  });

  test('writes with --yes, and leaves every comment, quote and blank as it was', async (t) => {
    const { folder, file, text } = await folderWith(t);
    const { code, out } = await command(['test', '--update', '--yes', folder]);
    assert.equal(code, 0);
    assert.ok(out.endsWith(`Written: ${file}\n`), out);
    assert.equal(await text(), after);
    const again = await command(['test', '--update', folder]);
    assert.equal(again.code, 0);
    assert.match(again.out, /^Nothing to update\.$/m);
  });

  test('asks on a terminal, and takes nothing but the whole word for a yes', async (t) => {
    const { folder, text } = await folderWith(t);
    for (const no of ['y\n', '\u0004']) {
      const out = await answered(['test', '--update', folder], no);
      assert.match(out, /these 2 expectations into .*small\.cases\.yaml\? Type yes: /);
      assert.match(out, /Nothing is written\.\r\nends with 1/);
      assert.equal(await text(), before);
    }
    assert.match(await answered(['test', '--update', folder], 'yes\n'), /Written: .*\r\nends with 0/);
    assert.equal(await text(), after);
  });

  test('updates one file when it is named, behind its link, with its mode, byte order mark and line ends', async (t) => {
    const windows = (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`;
    const { folder, file, text } = await folderWith(t, windows(before));
    await chmod(file, 0o664);
    const link = join(folder, 'other.cases.yaml');
    await symlink('elsewhere', link);
    await writeFile(join(folder, 'elsewhere'), before.replaceAll('name: ', 'name: x').replace("x'a", "'xa"));
    assert.equal((await command(['test', '--update', '--yes', file])).code, 0);
    assert.equal(await text(), windows(after));
    assert.equal((await stat(file)).mode & 0o777, 0o664);
    assert.equal((await command(['test', folder])).code, 1);
    assert.equal((await command(['test', '--update', '--yes', link])).code, 0);
    assert.ok((await lstat(link)).isSymbolicLink());
    assert.equal((await command(['test', folder])).code, 0);
  });

  test('is not asked for in half', async (t) => {
    const { folder, text } = await folderWith(t);
    const alone = await command(['test', '--yes', folder]);
    assert.match(alone.err, /--yes says yes to --update; name both\./);
    assert.equal(alone.code, 2);
    const json = await command(['test', '--update', '--yes', '--json', folder]);
    assert.match(json.err, /'--update' cannot be used with option '--json'/);
    assert.equal(json.code, 2);
    assert.equal(await text(), before);
  });

  test('writes nothing beside a file that cannot be read', async (t) => {
    const { folder, text } = await folderWith(t);
    const other = await folderWith(t, 'version: 1\ncases: 5\n');
    const { code } = await command(['test', '--update', '--yes', folder, other.folder]);
    assert.equal(code, 2);
    assert.equal(await text(), before);
  });
});
