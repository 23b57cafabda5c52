/** The commands of a document, as a reader would type them one after the other into one shell. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fences } from './markdown.ts';

export interface DocCommand {
  /** Line of the document on which it begins. */
  readonly line: number;
  readonly text: string;
  /** The status that the comment before it promises, e.g. `409` of `# 409: ...`. */
  readonly status: string | undefined;
  /** The exit code that a comment behind it promises (`# exit 1`); 0 without one. */
  readonly exitCode: number;
}

/** The commands of all `sh` blocks. One goes over several lines when each but the last ends in a backslash. */
export const docCommands = (text: string): readonly DocCommand[] =>
  fences(text)
    .filter(({ language }) => language === 'sh')
    .flatMap((fence) => commandsOf(fence.text, fence.line));

const commandsOf = (text: string, first: number): readonly DocCommand[] => {
  const commands: DocCommand[] = [];
  let status: string | undefined;
  let open = '';
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('#')) status = /^# (\d{3})\b/.exec(line)?.[1];
    else if (line.endsWith('\\')) open += `${line}\n`;
    else if (line.trim() !== '') {
      const [, exit = '0'] = /# exit (\d+)\b/.exec(line) ?? [];
      commands.push({ line: first + index, text: open + line, status, exitCode: Number(exit) });
      [status, open] = [undefined, ''];
    }
  }
  return commands;
};

export interface DocResult extends DocCommand {
  /** Standard output and error together. */
  readonly output: string;
  readonly exit: number;
}

/** Between the outputs of two commands; no command of a document prints it. */
const mark = '@@@@';

/** Runs the commands in one bash, in their order, so that what one sets the next one sees. */
export const runCommands = async (
  commands: readonly DocCommand[],
  how: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly rewrite: (text: string) => string },
): Promise<readonly DocResult[]> => {
  const script = commands
    .map(({ text }) => `${how.rewrite(text)}\nprintf '\\n${mark}%s${mark}\\n' "$?"\n`)
    .join('');
  const child = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
    cwd: how.cwd,
    env: how.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  const parts = Buffer.concat(chunks)
    .toString('utf8')
    .split(new RegExp(`\\n${mark}(\\d+)${mark}\\n`));
  return commands.map((command, index) => ({
    ...command,
    output: parts[index * 2] ?? '',
    exit: Number(parts[index * 2 + 1] ?? Number.NaN),
  }));
};

/** The statuses that a command printed: of answers with their heads, else codes alone as `-w '%{http_code}'` prints. */
export const statusesIn = (output: string): readonly string[] => {
  const heads = [...output.matchAll(/^HTTP\/1\.1 (\d{3})/gm)];
  const found = heads.length > 0 ? heads : [...output.matchAll(/(?:^| )(\d{3})(?= |$)/g)];
  return found.map(([, status = '']) => status);
};
