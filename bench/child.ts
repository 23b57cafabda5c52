/** Starts the processes of a run, waits until they listen, and reads from the kernel what they used. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';

export interface Child {
  readonly pid: number;
  /** When it was started, by `performance.now()`. */
  readonly startedAt: number;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
// A run that is broken off must leave nothing behind; the handlers of both signals let `exit` happen.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGTERM', () => process.exit(143)).once('SIGINT', () => process.exit(130));

/** Ends the process with this one, at the latest. */
export const endWithUs = (child: ChildProcess): void => {
  running.add(child);
  child.once('exit', () => running.delete(child));
};

/** @param log file that takes standard output and error */
export const start = (command: readonly string[], env: Record<string, string>, log: string): Child => {
  const out = openSync(log, 'a');
  const [file = '', ...args] = command;
  const startedAt = performance.now();
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', out, out] });
  endWithUs(child);
  closeSync(out);
  return { pid: child.pid ?? 0, startedAt, stop: () => stop(child) };
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/** @returns milliseconds until the port took a connection */
export const untilListening = async (port: number, log: string, patienceMs = 15_000): Promise<number> => {
  const began = performance.now();
  while (!(await answers(port))) {
    if (performance.now() - began > patienceMs)
      throw new Error(`nothing listens on port ${port}: ${(await readFile(log, 'utf8')).slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - began;
};

/** A process and all that it started: a gateway with workers is one proxy. */
const treeOf = async (pid: number): Promise<readonly number[]> => {
  const children = await Promise.all(
    (await readdir(`/proc/${pid}/task`)).map((task) =>
      readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => ''),
    ),
  );
  const below = children.flatMap((text) => text.split(' ').filter(Boolean).map(Number));
  return [pid, ...(await Promise.all(below.map(treeOf))).flat()];
};

/** Has a process and all below it stand still, or go on. */
export const signalTree = async (pid: number, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> => {
  for (const each of await treeOf(pid)) process.kill(each, signal);
};

/** Nanoseconds of CPU, system calls included, of all threads (`/proc/PID/task/*`), for each process of a tree. */
export const cpuByProcess = async (pid: number): Promise<ReadonlyMap<number, number>> => {
  const found = new Map<number, number>();
  for (const each of await treeOf(pid)) {
    let sum = 0;
    for (const task of await readdir(`/proc/${each}/task`)) {
      const text = await readFile(`/proc/${each}/task/${task}/schedstat`, 'utf8').catch(() => '0');
      sum += Number(text.split(' ', 1)[0]);
    }
    found.set(each, sum);
  }
  return found;
};

/** The same, of all processes of the tree together. */
export const cpuNanoseconds = async (pid: number): Promise<number> =>
  [...(await cpuByProcess(pid)).values()].reduce((sum, each) => sum + each, 0);

export interface Memory {
  readonly now: number;
  readonly peak: number;
}

/** Resident and peak memory in MiB, children included. */
export const memoryOf = async (pid: number): Promise<Memory> => {
  const sum = { now: 0, peak: 0 };
  for (const each of await treeOf(pid)) {
    const text = await readFile(`/proc/${each}/status`, 'utf8');
    const mib = (name: string): number =>
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024;
    sum.now += mib('VmRSS');
    sum.peak += mib('VmHWM');
  }
  return sum;
};

/** Sets the peak back to what is resident now. */
export const forgetPeak = async (pid: number): Promise<void> => {
  for (const each of await treeOf(pid)) await writeFile(`/proc/${each}/clear_refs`, '5');
};
