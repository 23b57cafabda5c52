import { type Problem, printProblem } from '../files/problem.ts';

/** Prints to standard error and sets the exit code; the process ends when nothing is left to do. */
export const complain = (message: string): void => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
};

/** One line a problem, the first words being its place. */
export const complainOf = (problems: readonly Problem[]): void => {
  complain(problems.map(printProblem).join('\n'));
};

interface SystemError extends Error {
  readonly code: string;
  readonly address?: string;
  readonly port?: number;
}

const isSystemError = (error: unknown): error is SystemError => error instanceof Error && 'code' in error;

/** What to do about a port that cannot be listened on; `undefined` for any other error. */
export const listenComplaint = (error: unknown, remedy: string): string | undefined => {
  if (!isSystemError(error)) return undefined;
  const where = `${error.address ?? ''}:${error.port ?? ''}`;
  if (error.code === 'EADDRINUSE')
    return `Another program listens on ${where} already. Stop it, or ${remedy}.`;
  if (error.code === 'EACCES')
    return `This user may not listen on ${where}. Take a port above 1023, or ${remedy}.`;
  if (error.code === 'EADDRNOTAVAIL')
    return `This machine has no address ${error.address}. Change it, or ${remedy}.`;
  return undefined;
};
