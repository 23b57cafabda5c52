/** Every command of the README and of the docs does what the text around it says. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { requireCommands } from '../support/apt.ts';
import { docCommands, runCommands, statusesIn } from '../support/doc-commands.ts';
import { docSandbox } from '../support/doc-sandbox.ts';
import { freePort } from '../support/free-port.ts';
import { markdownFile, markdownFiles, printedFiles } from '../support/markdown.ts';
import { root } from '../support/source-files.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** What a clone is made ready with, built or tested by: run by `.ci/run` on a clean clone, and here only looked up. */
const isNpm = (text: string): boolean => text.startsWith('npm ');

/** `npm start` itself, on free ports; where it listens stands in its first line. */
const startDemo = async (t: TestContext): Promise<{ readonly url: string; readonly adminUrl: string }> => {
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0', '--admin-port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const exit = once(child, 'close');
  t.after(async () => {
    // npm hands no signal on to what it started, so the whole group is told.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await exit;
  });
  for await (const line of createInterface(child.stdout)) {
    const [url, adminUrl] = line.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
    if (url !== undefined && adminUrl !== undefined) return { url, adminUrl };
  }
  throw new Error('npm start ended without saying where it listens');
};

/** It leaves a gateway running between its commands; `test/e2e/tutorial.test.ts` follows it from its first line to its last. */
const followed = 'docs/tutorial.md';

const documents = markdownFiles().filter(
  ({ path, text }) => path !== followed && docCommands(text).length > 0,
);

for (const { path, text } of documents)
  test(`the commands of ${path} do what it says`, async (t) => {
    if (text.includes('\nprometheus ')) requireCommands(['prometheus'], 'prometheus');
    const { url, adminUrl } = await startDemo(t);
    const commands = docCommands(text).filter((command) => !isNpm(command.text));
    const sandbox = await docSandbox(t, printedFiles(text));
    const prometheus = `127.0.0.1:${await freePort()}`;
    const scraped = join(sandbox.cwd, 'deploy/prometheus/local.yml');
    const admin = new URL(adminUrl).host;
    await writeFile(scraped, (await readFile(scraped, 'utf8')).replace('127.0.0.1:9901', admin));
    const results = await runCommands(commands, {
      ...sandbox,
      rewrite: (line) =>
        line
          .replaceAll('http://127.0.0.1:8080', url)
          .replaceAll('http://127.0.0.1:9901', adminUrl)
          .replaceAll('127.0.0.1:9091', prometheus),
    });
    for (const { line, text: typed, status, exitCode, output, exit } of results) {
      const where = `${path}:${line}: ${typed}\n${output}`;
      assert.equal(exit, exitCode, where);
      if (status !== undefined) assert.equal(statusesIn(output).at(-1), status, where);
    }
  });

test('every npm command of the documents is one that there is', () => {
  const own = ['ci', 'start', 'test', 'pack', 'install'];
  for (const { path, text } of markdownFiles()) {
    const code = [...text.matchAll(/```[^`]*```|`[^`]+`/g)].map(([found]) => found).join('\n');
    for (const [all, run, name = ''] of code.matchAll(/\bnpm (run )?([a-z0-9:]+)/g))
      assert.ok(run === undefined ? own.includes(name) : name in scripts, `${path}: ${all}`);
  }
});

test('the README shows every answer of the documented table, each by one line', () => {
  const shown = docCommands(markdownFile('README.md')).map(({ status }) => status);
  for (const status of ['200', '400', '401', '403', '404', '405', '409', '413', '503'])
    assert.ok(shown.includes(status), status);
});

test('the refusal that the README prints is the one that is answered', async (t) => {
  const { url } = await startDemo(t);
  const readme = markdownFile('README.md');
  const answer = await fetch(`${url}/v2/images/d0000000-0000-4000-8000-000000000002/metadata`, {
    method: 'POST',
    headers: { 'x-auth-token': 'f064c46a782c444cb4ba4b6434288f7c', 'content-type': 'application/json' },
    body: '{"metadata":{"auto_disk_config":"FALSE"}}',
  });
  const { conflictingRequest } = (await answer.json()) as { conflictingRequest: { message: string } };
  assert.equal(answer.headers.get('retry-after'), '300');
  assert.ok(readme.replaceAll('\n', ' ').includes(conflictingRequest.message));
});
