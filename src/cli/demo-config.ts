import type { GatewayConfig } from '../config/schema.ts';
import { Secret } from '../core/secret.ts';
import type { DemoCloud } from '../demo/cloud.ts';
import { packageFile } from '../node/package-files.ts';

/** What `config/gateway.yaml` would say for the demo cloud. */
export const demoConfig = (
  cloud: DemoCloud,
  ports: { readonly port: number; readonly adminPort: number },
): GatewayConfig => ({
  version: 1,
  listen: { host: '127.0.0.1', port: ports.port },
  admin: { host: '127.0.0.1', port: ports.adminPort, writes: true },
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
    catalog: false,
    failedLookups: { most: 120, seconds: 60 },
  },
  limits: { store: 'memory' },
  policies: { dir: packageFile('policies'), watch: true },
  trustedProxies: [],
  timeouts: { headersMs: 10_000, requestMs: 60_000, keepAliveMs: 65_000, drainMs: 0 },
  resizes: { rememberMs: 86_400_000, lagMs: 10_000 },
  log: { level: 'info', access: true, decisions: true },
  maxInFlight: 2000,
  overload: { maxBodyBytes: 134_217_728, maxLagMs: 500, maxConnections: 20_000 },
});
