/** docs/tutorial.md, done as it says: every file is written, every command is run and ends as it is told there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type DocSandbox, docSandbox } from '../support/doc-sandbox.ts';
import { freePort } from '../support/free-port.ts';
import { root } from '../support/source-files.ts';
import { until } from '../support/until.ts';

type Step =
  | { readonly file: string; readonly text: string }
  | { readonly command: string; readonly code: number };

const block = /(?:<!-- file: (\S+) -->\n)?```(\w+)\n([\s\S]*?)```/g;

const stepsOf = (page: string): readonly Step[] =>
  [...page.matchAll(block)].flatMap(([, file, language, text = '']): Step[] => {
    if (file !== undefined) return [{ file, text }];
    assert.equal(language, 'sh', text);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => ({ command: line, code: Number(/# exit (\d)$/.exec(line)?.[1] ?? 0) }));
  });

const run = ({ cwd, env }: DocSandbox, command: string) =>
  new Promise<{ code: number | null; out: string }>((resolve, reject) => {
    const child = spawn('bash', ['-c', command], { cwd, env });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
  });

/** What the reader leaves running; it is there when its admin listener answers. */
const background = async (t: TestContext, { cwd, env }: DocSandbox, words: string, adminPort: number) => {
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), ...words.split(' ').slice(1)], {
    cwd,
    env,
    stdio: 'inherit',
  });
  t.after(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const isAlive = () => {
    assert.equal(child.exitCode, null, 'the gateway has ended');
    return fetch(`http://127.0.0.1:${adminPort}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await until(isAlive, 'the gateway is alive', 60_000);
};

test('the tutorial can be followed to its end', async (t) => {
  const [port, adminPort] = [await freePort(), await freePort()];
  const text = await readFile(join(root, 'docs/tutorial.md'), 'utf8');
  const page = text.replaceAll('8080', `${port}`).replaceAll('9901', `${adminPort}`);
  const sandbox = await docSandbox(t);
  const outputs: string[] = [];
  const answers: string[] = [];
  for (const step of stepsOf(page)) {
    if ('file' in step) {
      await mkdir(dirname(join(sandbox.cwd, step.file)), { recursive: true });
      await writeFile(join(sandbox.cwd, step.file), step.text);
      continue;
    }
    if (step.command.endsWith(' &')) {
      await background(t, sandbox, step.command.slice(0, -2), adminPort);
      continue;
    }
    const { code, out } = await run(sandbox, step.command);
    assert.equal(code, step.code, `${step.command}\n${out}`);
    if (step.command.startsWith('images-gateway')) outputs.push(out);
    if (step.command.startsWith('curl')) answers.push(out);
  }
  const [first, red, green, diff, replay, explained, meant, updated, covered, enforced, ...rollout] = outputs;
  assert.match(first ?? '', /^decided by +disk-config-guard at policies\/images\.yaml:\d+$/m);
  assert.match(red ?? '', /^FAIL {2}a reader does not write/m);
  assert.match(green ?? '', /^3 cases: 3 passed/m);
  assert.match(diff ?? '', /\+ stages\.authorize/);
  assert.match(replay ?? '', /^3 decisions, 1 would have been answered otherwise\n\nnewly flagged: 1$/m);
  assert.match(explained ?? '', /authorize\/missing-role/);
  assert.match(covered ?? '', /^coverage of routes: 1 of 2$/m);
  assert.match(enforced ?? '', /^newly flagged: 1$/m);
  assert.doesNotMatch(enforced ?? '', /newly denied/);
  assert.match(meant ?? '', /^FAIL {2}a reader does not write/m);
  assert.match(updated ?? '', /^Written: candidates\/strict\/images\.cases\.yaml$/m);
  assert.deepEqual(
    answers.map((answer) => answer.slice(-3)),
    ['502', '403', '502'],
  );
  const [staged, shown, shared, promoted, back] = rollout;
  assert.match(staged ?? '', /^It is for shop, and 0 % of all projects\.$/m);
  assert.match(shown ?? '', /^candidate +1 +1 +0 +0$/m);
  assert.match(shared ?? '', /^It is for shop, and 25 % of all projects\.$/m);
  assert.match(promoted ?? '', /^Current revision: \w+, from a promoted candidate/m);
  assert.match(back ?? '', /^Current revision: \w+, from the policy folder\.$/m);
});
