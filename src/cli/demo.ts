import { join } from 'node:path';
import { startGateway } from '../compose.ts';
import type { GatewayConfig } from '../config/schema.ts';
import { Secret } from '../core/secret.ts';
import { type DemoCloud, startDemoCloud } from '../demo/cloud.ts';
import { createLogger } from '../telemetry/logger.ts';
import { complain, listenComplaint } from './complain.ts';
import { welcome } from './demo-welcome.ts';
import { untilStopped } from './lifecycle.ts';

/** The policies that are shipped, seen from the sources and from the built package alike. */
const policies = join(import.meta.dirname, '../../policies');

/** `images-gateway demo`: the gateway in front of a small cloud in memory, on loopback. */
export const runDemo = async (options: {
  readonly port: number;
  readonly adminPort: number;
  readonly verbose: boolean;
}): Promise<void> => {
  const cloud = await startDemoCloud();
  try {
    const config = demoConfig(cloud, options.port, options.adminPort);
    const gateway = await startGateway(config, createLogger(options.verbose ? 'info' : 'warn'));
    process.stdout.write(welcome(gateway.url, gateway.adminUrl, cloud.seed));
    await untilStopped(gateway, () => cloud.close());
  } catch (error) {
    await cloud.close();
    const complaint = listenComplaint(error, 'choose others: npm start -- --port 8081 --admin-port 9902');
    if (complaint === undefined) throw error;
    complain(complaint);
  }
};

/** What `config/gateway.yaml` would say for the demo cloud. */
const demoConfig = (cloud: DemoCloud, port: number, adminPort: number): GatewayConfig => ({
  version: 1,
  listen: { host: '127.0.0.1', port },
  admin: { host: '127.0.0.1', port: adminPort },
  upstreams: {
    compute: { url: cloud.computeUrl, api: '/v2', timeoutMs: 30_000, connections: 128 },
    image: { url: cloud.imageUrl, api: '/v2', timeoutMs: 30_000, connections: 128 },
  },
  lookups: { compute: 'compute', image: 'image', timeoutMs: 3000, cacheMs: 2000, maxPages: 20 },
  identity: {
    kind: 'keystone-v3',
    url: cloud.identityUrl,
    publicUrl: `${cloud.identityUrl}/v3`,
    timeoutMs: 3000,
    credential: {
      kind: 'password',
      username: cloud.seed.users.gateway.name,
      password: new Secret(cloud.seed.users.gateway.password),
      userDomain: 'Default',
      project: 'service',
      projectDomain: 'Default',
    },
    cache: { seconds: 60, negativeSeconds: 5, entries: 10_000 },
  },
  limits: { store: 'memory' },
  policies: { dir: policies },
  trustedProxies: [],
  timeouts: { headersMs: 10_000, requestMs: 60_000, keepAliveMs: 65_000, drainMs: 0 },
  resizes: { rememberMs: 86_400_000, lagMs: 10_000 },
  log: { level: 'info', access: true, decisions: true },
  maxInFlight: 2000,
});
