/** Real Redis servers for tests: on free ports of their own, in a folder of their own, ended with the test. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { requireRedis } from './redis-install.ts';
import { until } from './until.ts';

export interface TestRedis {
  readonly host: string;
  readonly port: number;
  /** Runs one command; the reply as redis-cli prints it. */
  cli(...args: string[]): Promise<string>;
  /** Stops answering without closing anything. */
  freeze(): void;
  thaw(): void;
  /** Ends at once, as in a crash. */
  kill(): Promise<void>;
  /** Writes what it holds to disk, and ends. */
  shutdown(): Promise<void>;
  /** Begins again on the same port, with what is on disk. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const run = promisify(execFile);

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** @param args further arguments of `redis-server`. */
export const startRedis = async (...args: string[]): Promise<TestRedis> => {
  requireRedis();
  const folder = mkdtempSync(join(tmpdir(), 'images-gateway-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;

  const cli = async (...command: string[]): Promise<string> => {
    // A server that is frozen would keep its asker waiting, and with it the whole run, for ever.
    const { stdout } = await run('redis-cli', ['-h', host, '-p', String(port), ...command], {
      timeout: 5000,
    });
    return stdout.trim();
  };
  const answers = (): Promise<boolean> =>
    cli('PING').then(
      // A server with a password answers too, only not with PONG.
      (reply) => reply === 'PONG' || reply.includes('NOAUTH') || reply.includes('NOPERM'),
      () => false,
    );

  const begin = async (): Promise<void> => {
    const own = ['--port', port, '--bind', host, '--dir', folder, '--save', '', '--appendonly', 'no'];
    const server = spawn('redis-server', [...own.map(String), ...args], { stdio: 'ignore' });
    child = server;
    running.add(server);
    server.once('exit', () => running.delete(server));
    await until(() => {
      if (server.exitCode !== null)
        throw new Error(`redis-server ended with ${server.exitCode}: ${args.join(' ')}`);
      return answers();
    }, `redis-server answers on port ${port}`);
  };

  const ended = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await once(child, 'exit');
  };
  const kill = async (): Promise<void> => {
    child?.kill('SIGKILL');
    await ended();
  };

  await begin();
  return {
    host,
    port,
    cli,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    kill,
    async shutdown() {
      await cli('SHUTDOWN', 'SAVE').catch(() => undefined);
      await ended();
    },
    restart: begin,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
