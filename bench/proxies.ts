/** Starts the proxy of a row. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, freePort, start, untilListening } from './child.ts';
import { writeGatewayFiles } from './gateway-files.ts';
import { project, type Row, tokenHash } from './rows.ts';

export interface Running {
  readonly url: string;
  readonly pid: number;
  readonly readyMs: number;
  stop(): Promise<void>;
}

export interface Outside {
  /** Everything that a run writes is in here. */
  readonly folder: string;
  readonly upstream: string;
  readonly redis: string | undefined;
  /** Arguments for the Node.js that runs the gateway. */
  readonly nodeArguments?: readonly string[];
}

export const startProxy = async (row: Row, outside: Outside): Promise<Running> => {
  const folder = join(outside.folder, row.id);
  await mkdir(folder, { recursive: true });
  const log = join(folder, 'log');
  const port = await freePort();
  const child = await startChild(row, outside, { folder, log, port });
  const readyMs = await untilListening(port, log);
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, readyMs, stop: child.stop };
};

interface Place {
  readonly folder: string;
  readonly log: string;
  readonly port: number;
}

const startChild = async (row: Row, outside: Outside, { folder, log, port }: Place): Promise<Child> => {
  const { proxy } = row;
  const { upstream } = outside;
  const schemas = join(project, 'policies/schemas');
  if (proxy.kind === 'script') {
    const env = { PORT: String(port), UPSTREAM: upstream, TOKEN_HASH: tokenHash, SCHEMAS: schemas };
    return start(
      [process.execPath, ...(outside.nodeArguments ?? []), proxy.file],
      { ...env, NODE_ENV: 'production' },
      log,
    );
  }
  if (proxy.kind === 'nginx') throw new Error('nginx is not here yet');
  const place = { folder, port, adminPort: await freePort(), upstream, tokenHash, schemas };
  const { redis, ...variant } = proxy.variant;
  const config = await writeGatewayFiles(
    redis === undefined || outside.redis === undefined ? variant : { ...variant, redis: outside.redis },
    place,
  );
  const main = join(project, 'dist/main.js');
  const command = [process.execPath, ...(outside.nodeArguments ?? []), main, 'serve', '--config', config];
  return start(command, { NODE_ENV: 'production' }, log);
};
