/** The command line as a process of its own, since exit codes and both streams are what is tested. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './source-files.ts';

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `images-gateway ARGS` to its end, in the project's root unless told otherwise. */
export const command = (
  args: readonly string[],
  cwd: string = root,
  input?: string,
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'src/main.ts'), ...args], { cwd });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
