/** Starts the proxy of a row. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { type Child, start, untilListening } from './child.ts';
import { plenty, writeGatewayFiles } from './gateway-files.ts';
import type { Outside } from './outside.ts';
import { nginxMissing, writeNginxFiles } from './rows/nginx-files.ts';
import { type Row, rowsFolder } from './rows.ts';
import { readerToken, token } from './sample.ts';

export interface Running {
  readonly url: string;
  readonly adminUrl: string;
  readonly pid: number;
  /** When it was started, by `performance.now()`. */
  readonly startedAt: number;
  /** Where it writes its logs. */
  readonly folder: string;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** Of each limit; enough for all requests when left out. */
  readonly points?: number;
  /** Address of the service behind; the one that answers at once when left out. */
  readonly upstream?: string;
}

const project = join(import.meta.dirname, '..');

/** The schema for editors is made of the settings that there are. */
const settings = JSON.parse(readFileSync(join(project, 'docs/schemas/gateway.schema.json'), 'utf8'));
const knowsWorkers = 'workers' in settings.properties;

const hashed = (algorithm: string): Record<string, readonly string[]> => {
  const of = (text: string): string => createHash(algorithm).update(text).digest('hex');
  return { [of(token)]: ['member'], [of(readerToken)]: ['reader'] };
};

/** Why the row cannot be measured here, as a sentence; `undefined`: it can. */
export const missingFor = ({ proxy }: Row, { redis }: Outside): string | undefined => {
  if (proxy.kind === 'nginx') return nginxMissing(proxy.lua);
  if (proxy.kind === 'script') return undefined;
  if (proxy.variant.workers !== undefined && !knowsWorkers) return 'this version has no workers';
  const without = proxy.variant.redis !== undefined && redis === undefined;
  return without ? 'redis-server is not installed (Debian: redis-server)' : undefined;
};

/** @returns when it listens. */
export const startProxy = async (
  row: Row,
  outside: Outside,
  { points = plenty, upstream = outside.places.small }: ProxyOptions = {},
): Promise<Running> => {
  const port = await freePort();
  const adminPort = await freePort();
  const folder = join(outside.folder, `${row.id}-${port}`);
  await mkdir(folder, { recursive: true });
  const log = join(folder, 'log');
  const child = await startChild(row, outside, { folder, log, port, adminPort, points, upstream });
  await untilListening(port, log);
  return {
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    folder,
    ...child,
  };
};

interface Place extends Required<ProxyOptions> {
  readonly folder: string;
  readonly log: string;
  readonly port: number;
  readonly adminPort: number;
}

const startChild = async ({ proxy }: Row, outside: Outside, place: Place): Promise<Child> => {
  const { log, port, points, upstream } = place;
  const schemas = join(project, 'policies/schemas');
  if (proxy.kind === 'nginx') {
    const command = await writeNginxFiles({ ...place, lua: proxy.lua, tokens: hashed('sha1') });
    return start(command, {}, log);
  }
  const node = [process.execPath, ...outside.nodeArguments];
  if (proxy.kind === 'script') {
    const settings = {
      PORT: String(port),
      UPSTREAM: upstream,
      TOKENS: JSON.stringify(hashed('sha256')),
      SCHEMAS: schemas,
      POINTS: String(points),
      NODE_ENV: 'production',
    };
    return start([...node, join(rowsFolder, proxy.file)], settings, log);
  }
  const variant = { points, ...proxy.variant };
  const redis = variant.redis === undefined ? {} : { redis: outside.redis ?? '' };
  const config = await writeGatewayFiles(
    { ...variant, ...redis },
    { ...place, identity: outside.places.identity, schemas },
  );
  const main = join(project, 'dist/main.js');
  return start([...node, main, 'serve', '--config', config], { NODE_ENV: 'production' }, log);
};
