import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '../../../src/compose.ts';
import type { GatewayConfig } from '../../../src/config/schema.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { lab } from './lab.ts';
import { users } from './users.ts';

const shipped = join(import.meta.dirname, '../../../policies');

export interface LabGateway {
  readonly url: string;
  readonly adminUrl: string;
  /** Every log line so far, parsed, oldest first. */
  lines(): readonly Record<string, unknown>[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface GatewayOptions {
  /** Changes the text of the shipped `images.yaml`. Limits are lifted anyhow, unless `limits` is true. */
  readonly policy?: (text: string) => string;
  /** True: the limits as they are shipped. */
  readonly limits?: boolean;
  readonly cacheSeconds?: number;
  readonly negativeSeconds?: number;
  /** How long answers about servers are used again, in milliseconds. */
  readonly lookupCacheMs?: number;
  /** In whose name servers are listed; default: the caller's. */
  readonly servers?: 'caller' | 'service';
  readonly keystone?: string;
  /** Milliseconds for one look-up of a token, the gateway's own sign-in included. Default: enough for a busy machine. */
  readonly keystoneTimeoutMs?: number;
  /** Whether Keystone is asked for the catalogue too. */
  readonly catalog?: boolean;
  readonly nova?: string;
  readonly glance?: string;
  /** Milliseconds that Nova's answer to a forwarded request, and to a look-up, is waited for. */
  readonly novaTimeoutMs?: number;
  readonly lookupTimeoutMs?: number;
}

/** The gateway with the shipped policies in front of the lab's Keystone, Nova and Glance, on free ports. */
export const startLabGateway = async (options: GatewayOptions = {}): Promise<LabGateway> => {
  const dir = await mkdtemp(join(tmpdir(), 'gateway-policies-'));
  // The cases speak of the shipped policy, not of this changed copy.
  await cp(shipped, dir, { recursive: true, filter: (path) => !path.endsWith('.cases.yaml') });
  const file = join(dir, 'images.yaml');
  const text = await readFile(file, 'utf8');
  const roomy = options.limits ? text : text.replaceAll(/points: \d+/g, 'points: 1000000');
  await writeFile(file, options.policy?.(roomy) ?? roomy);
  const written: string[] = [];
  const log = createLogger('info', { write: (line: string) => void written.push(line) });
  let gateway: RunningGateway;
  try {
    gateway = await startGateway(configOf(dir, options), log);
  } catch (error) {
    await rm(dir, { recursive: true });
    throw error;
  }
  return {
    url: gateway.url,
    adminUrl: gateway.adminUrl,
    lines: () => written.map((line) => JSON.parse(line)),
    async [Symbol.asyncDispose]() {
      await gateway.stop(true);
      await rm(dir, { recursive: true });
    },
  };
};

const configOf = (dir: string, options: GatewayOptions): GatewayConfig => ({
  version: 1,
  listen: { host: '127.0.0.1', port: 0 },
  admin: { host: '127.0.0.1', port: 0 },
  upstreams: {
    compute: {
      url: options.nova ?? lab().nova,
      api: '/v2.1',
      timeoutMs: options.novaTimeoutMs ?? 30_000,
      connections: 128,
    },
    image: { url: options.glance ?? lab().glance, api: '/v2', timeoutMs: 30_000, connections: 128 },
  },
  lookups: {
    compute: 'compute',
    image: 'image',
    servers: options.servers ?? 'caller',
    timeoutMs: options.lookupTimeoutMs ?? 20_000,
    cacheMs: options.lookupCacheMs ?? 0,
    maxPages: 20,
  },
  identity: {
    kind: 'keystone-v3',
    url: options.keystone ?? lab().keystone,
    publicUrl: `${lab().keystone}/v3`,
    timeoutMs: options.keystoneTimeoutMs ?? 20_000,
    credential: {
      kind: 'password',
      username: users.gateway.name,
      password: new Secret(users.gateway.password),
      userDomain: 'Default',
      project: users.gateway.project,
      projectDomain: 'Default',
    },
    cache: {
      seconds: options.cacheSeconds ?? 60,
      negativeSeconds: options.negativeSeconds ?? 5,
      entries: 10_000,
    },
    catalog: options.catalog ?? false,
    failedLookups: { most: 120, seconds: 60 },
  },
  limits: { store: 'memory' },
  policies: { dir },
  trustedProxies: [],
  timeouts: { headersMs: 10_000, requestMs: 60_000, keepAliveMs: 65_000, drainMs: 0 },
  resizes: { rememberMs: 86_400_000, lagMs: 10_000 },
  log: { level: 'info', access: true, decisions: true },
  maxInFlight: 2000,
  overload: { maxBodyBytes: 134_217_728, maxLagMs: 500, maxConnections: 20_000 },
});
