/** Completion, asked of the shells themselves. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { requireCommands } from '../support/apt.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

const scriptFor = async (shell: string): Promise<string> => {
  const { stdout } = await run(process.execPath, ['src/main.ts', 'completion', shell], { cwd: root });
  return stdout;
};

/** What the shell offers behind these words, the last of them being typed. */
type Offers = (...words: readonly string[]) => Promise<readonly string[]>;

const lines = (text: string): readonly string[] => text.split('\n').filter(Boolean);

const shells: Readonly<Record<string, () => Promise<Offers>>> = {
  bash: async () => {
    const script = await scriptFor('bash');
    return async (...words) => {
      const typed = ['images-gateway', ...words].map((word) => `'${word}'`).join(' ');
      const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _images_gateway; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return lines((await run('bash', ['--norc', '-c', `${script}\n${ask}`])).stdout);
    };
  },
  zsh: async () => {
    requireCommands(['zsh'], 'zsh');
    const script = await scriptFor('zsh');
    return async (...words) => {
      const typed = ['images-gateway', ...words].map((word) => `'${word}'`).join(' ');
      // Outside the line editor the two builtins are replaced by ones that print.
      const stand = `compdef() { :; }; _files() { :; }; compadd() { shift; print -l -- "$@"; }`;
      const ask = `words=(${typed}); CURRENT=${words.length + 1}; _images_gateway`;
      const { stdout } = await run('zsh', ['-f', '-c', `${stand}\n${script}\n${ask}`]);
      return lines(stdout).filter((offer) => offer.startsWith(words.at(-1) ?? ''));
    };
  },
  fish: async () => {
    requireCommands(['fish'], 'fish');
    const script = await scriptFor('fish');
    return async (...words) => {
      const line = ['images-gateway', ...words].join(' ');
      const { stdout } = await run('fish', ['--no-config', '-c', `${script}\ncomplete -C "${line}"`]);
      return lines(stdout).map((offer) => offer.split('\t')[0] ?? '');
    };
  },
};

for (const [shell, start] of Object.entries(shells)) {
  test(`${shell} completes commands, commands below them, and options`, async () => {
    const offers = await start();
    assert.deepEqual(await offers('val'), ['validate']);
    assert.deepEqual(
      [...(await offers('limits', ''))]
        .filter((word) => !word.startsWith('-'))
        .sort()
        .slice(-2),
      ['reset', 'show'],
    );
    assert.deepEqual(await offers('demo', '--admin'), ['--admin-port']);
    assert.deepEqual(await offers('tokens', 'revoke', '--us'), ['--user']);
    assert.ok(
      !(await offers('validate', '--')).includes('--verbose'),
      'options of other commands are not offered',
    );
  });
}

test('a shell that is not known is told in a sentence', async () => {
  await assert.rejects(scriptFor('tcsh'), /There is no completion for "tcsh"\. Take bash, zsh or fish\./);
});
