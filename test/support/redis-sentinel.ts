import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import type { TestRedis } from './redis.ts';
import { until } from './until.ts';

export interface TestSentinel {
  readonly host: string;
  readonly port: number;
  cli(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/** One Sentinel that watches a master, and decides alone after 300 ms without an answer. */
export const startSentinel = async (name: string, master: TestRedis): Promise<TestSentinel> => {
  const folder = mkdtempSync(join(tmpdir(), 'images-gateway-sentinel-'));
  const port = await freePort();
  const file = join(folder, 'sentinel.conf');
  writeFileSync(
    file,
    [
      `port ${port}`,
      `dir ${folder}`,
      `sentinel monitor ${name} ${master.host} ${master.port} 1`,
      `sentinel down-after-milliseconds ${name} 300`,
      `sentinel failover-timeout ${name} 2000`,
      '',
    ].join('\n'),
  );
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const cli = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('redis-cli', [
      '-h',
      master.host,
      '-p',
      String(port),
      ...args,
    ]);
    return stdout.trim();
  };
  await until(
    () =>
      cli('PING').then(
        (reply) => reply === 'PONG',
        () => false,
      ),
    'the sentinel answers',
  );
  return {
    host: master.host,
    port,
    cli,
    async close() {
      kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
