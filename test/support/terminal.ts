/** A terminal of its own for a command: what it prints there, and what somebody types (`script` of util-linux). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './source-files.ts';

/** The words that run `images-gateway ARGS`, for a shell. */
export const gatewayWords = (args: readonly string[]): string =>
  [process.execPath, join(root, 'src/main.ts'), ...args].map((word) => `'${word}'`).join(' ');

/**
 * Runs a line of shell on a terminal.
 *
 * @param typed what is typed once the terminal shows what it is asked for
 * @returns all that the terminal showed
 */
export const onTerminal = (
  line: string,
  typed?: { readonly after: string; readonly text: string },
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', line, '/dev/null'], { cwd: root });
    let out = '';
    let asked = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (asked || typed === undefined || !out.includes(typed.after)) return;
      asked = true;
      child.stdin.write(typed.text);
    });
    child.on('error', reject);
    child.on('close', () => resolve(out));
  });
