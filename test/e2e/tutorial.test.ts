/** docs/tutorial.md, done as it says: every file is written, every command is run and ends as it is told there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type DocSandbox, docSandbox } from '../support/doc-sandbox.ts';
import { root } from '../support/source-files.ts';

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

test('the tutorial can be followed to its end', async (t) => {
  const page = await readFile(join(root, 'docs/tutorial.md'), 'utf8');
  const sandbox = await docSandbox(t);
  const outputs: string[] = [];
  for (const step of stepsOf(page)) {
    if ('file' in step) {
      await mkdir(dirname(join(sandbox.cwd, step.file)), { recursive: true });
      await writeFile(join(sandbox.cwd, step.file), step.text);
      continue;
    }
    const { code, out } = await run(sandbox, step.command);
    assert.equal(code, step.code, `${step.command}\n${out}`);
    if (step.command.startsWith('images-gateway')) outputs.push(out);
  }
  const [first, red, green, diff, replay, explained, covered, enforced] = outputs;
  assert.match(first ?? '', /^decided by +disk-config-guard at policies\/images\.yaml:\d+$/m);
  assert.match(red ?? '', /^FAIL {2}a reader does not write/m);
  assert.match(green ?? '', /^3 cases: 3 passed/m);
  assert.match(diff ?? '', /\+ stages\.authorize/);
  assert.match(replay ?? '', /^3 decisions, 1 would have been answered otherwise\n\nnewly flagged: 1$/m);
  assert.match(explained ?? '', /authorize\/missing-role/);
  assert.match(covered ?? '', /^coverage of routes: 1 of 2$/m);
  assert.match(enforced ?? '', /^newly flagged: 1$/m);
  assert.doesNotMatch(enforced ?? '', /newly denied/);
});
