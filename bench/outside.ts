/** What stands around the proxies of a run: the services behind them, the load, a Redis, and a folder. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { endWithUs, start, untilListening } from './child.ts';
import { type Loader, startLoader } from './load.ts';
import type { UpstreamPlaces } from './upstream.ts';

export interface Outside {
  /** Everything that a run writes is in here. */
  readonly folder: string;
  readonly places: UpstreamPlaces;
  readonly loader: Loader;
  /** Address of a Redis; `undefined` where it is not installed. */
  readonly redis: string | undefined;
  /** Arguments for the Node.js that runs a proxy. */
  readonly nodeArguments: readonly string[];
  close(): Promise<void>;
}

/** Is the command there? */
export const installed = (command: string, ...args: readonly string[]): boolean => {
  const { error, status } = spawnSync(command, args, { stdio: 'ignore' });
  return error === undefined && status === 0;
};

/** @param withRedis starts a redis-server of its own, where one is installed. */
export const openOutside = async (
  withRedis: boolean,
  nodeArguments: readonly string[] = [],
): Promise<Outside> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-bench-'));
  const upstream = spawn(process.execPath, [join(import.meta.dirname, 'upstream.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endWithUs(upstream);
  const [line] = await once(upstream.stdout, 'data');
  const redis = withRedis && installed('redis-server', '--version') ? await startRedis(folder) : undefined;
  const loader = startLoader();
  return {
    folder,
    places: JSON.parse(String(line)) as UpstreamPlaces,
    loader,
    redis: redis?.url,
    nodeArguments,
    async close() {
      loader.stop();
      upstream.kill();
      await redis?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const startRedis = async (folder: string) => {
  const port = await freePort();
  const log = join(folder, 'redis.log');
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const { stop } = start(['redis-server', ...own], {}, log);
  await untilListening(port, log);
  return { url: `redis://127.0.0.1:${port}`, stop };
};
