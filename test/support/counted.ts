/** A process with a gateway whose work is counted, by itself and by the kernel; Linux only. */
import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ProcessCounts, Question } from './counted-gateway.ts';

export interface Counts extends ProcessCounts {
  /** Calls of the kernel's read and write, by whatever name. */
  readonly calls: number;
  /** Bytes that the process wrote: to clients, to upstreams, to its log. */
  readonly written: number;
}

export interface CountedProcess {
  readonly url: string;
  count(question?: Question): Promise<Counts>;
}

/**
 * V8's optimizing compilers leave out objects that they can do without, at a moment that depends on how busy the machine
 * is. Without them what is counted is what the code asks for, from the first hundreds of requests on.
 */
const asWritten = ['--no-opt', '--no-maglev'];

/** Ended with the test. */
export const startCounted = async (t: TestContext, config: string): Promise<CountedProcess> => {
  const child = fork(join(import.meta.dirname, 'counted-gateway.ts'), [config], {
    execArgv: asWritten,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  t.after(() => child.kill());
  return {
    url: String(await answerOf(child)),
    async count(question = 'count') {
      child.send(question);
      const own = (await answerOf(child)) as ProcessCounts;
      const kernel = await readFile(`/proc/${child.pid}/io`, 'utf8');
      const of = (name: string): number => Number(new RegExp(`${name}: (\\d+)`).exec(kernel)?.[1]);
      return { ...own, calls: of('syscr') + of('syscw'), written: of('wchar') };
    },
  };
};

/** The next message; when the process ends instead, the test fails. */
const answerOf = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`The counted process ended with ${code}.`));
    child.once('exit', ended).once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
