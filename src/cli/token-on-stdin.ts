import { createInterface } from 'node:readline';

/**
 * A token from the first line of standard input: on a command line other users of the machine could read it (`ps`), and
 * the shell would remember it. `undefined`: the line is empty.
 */
export const tokenOnStdin = async (): Promise<string | undefined> => {
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line.trim() || undefined;
    return undefined;
  } finally {
    lines.close();
  }
};
