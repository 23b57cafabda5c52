/** Writes the settings and policies that the gateway is measured with. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface GatewayVariant {
  /** `none`: everything passes. */
  readonly policies: 'all' | 'none';
  /** How many routes the policy has besides the one that is measured. */
  readonly routes?: number;
  /** Of each limit; enough for all requests when left out. */
  readonly points?: number;
  /** Key of the limit that `points` speaks of; all of them when left out. */
  readonly limited?: 'project' | 'global';
  readonly redis?: string;
  /** Processes; one when left out. */
  readonly workers?: number;
}

export interface GatewayPlace {
  readonly folder: string;
  readonly port: number;
  readonly adminPort: number;
  readonly upstream: string;
  /** Address of a Keystone. */
  readonly identity: string;
  /** The folder `policies/schemas` of the project. */
  readonly schemas: string;
}

/** Points that no run uses up. */
export const plenty = 1_000_000_000;

const stages = [
  { use: 'authenticate' },
  { use: 'authorize', with: { roles: ['member', 'admin'] } },
  { use: 'rate-limit' },
  { use: 'metadata-schema' },
  { use: 'write-order' },
  { use: 'disk-config-values', with: { allowRoles: ['admin'] } },
  { use: 'disk-config-guard' },
];

const policyOf = ({ policies, routes = 0, points = plenty, limited }: GatewayVariant): object => {
  if (policies === 'none') return { version: 1, routes: [], default: { upstream: 'compute', stages: [] } };
  const limit = (key: string) => ({
    name: `${key}-calls`,
    key,
    points: limited === undefined || key === limited ? points : plenty,
    per: 'hour',
  });
  const others = Array.from({ length: routes }, (_, at) => ({
    id: `other-${at}`,
    match: { path: `/other-${at}/:id/things`, methods: ['GET', 'POST'] },
    upstream: 'compute',
    stages: [{ use: 'authenticate' }, { use: 'rate-limit' }],
  }));
  return {
    version: 1,
    limits: [limit('project'), limit('address'), limit('global')],
    // What is neither judged nor held in memory: image data.
    default: { upstream: 'compute', stages: [{ use: 'authenticate' }, { use: 'rate-limit' }] },
    routes: [
      ...others,
      {
        id: 'image-metadata-write',
        match: { operations: ['image-metadata-merge'] },
        upstream: 'compute',
        stages,
      },
    ],
  };
};

/** @returns the path of the settings. */
export const writeGatewayFiles = async (variant: GatewayVariant, place: GatewayPlace): Promise<string> => {
  const policies = join(place.folder, 'policies');
  await mkdir(policies, { recursive: true });
  await cp(place.schemas, join(policies, 'schemas'), { recursive: true });
  await writeFile(join(policies, 'bench.yaml'), JSON.stringify(policyOf(variant)));
  const config = {
    version: 1,
    listen: { host: '127.0.0.1', port: place.port },
    admin: { host: '127.0.0.1', port: place.adminPort },
    upstreams: { compute: { url: place.upstream, api: '/v2' } },
    identity: {
      kind: 'keystone-v3',
      url: place.identity,
      credential: { kind: 'caller' },
      // A cached token is measured, so none may end while the bench runs.
      cache: { seconds: 86_400 },
    },
    limits:
      variant.redis === undefined
        ? { store: 'memory' }
        : { store: 'redis', url: variant.redis, budgetMs: 5000 },
    policies: { dir: 'policies' },
    timeouts: { drainMs: 0 },
    ...(variant.workers === undefined ? {} : { workers: variant.workers }),
    log: { level: 'info', access: policyLogs(variant), decisions: policyLogs(variant) },
  };
  const file = join(place.folder, 'gateway.yaml');
  await writeFile(file, JSON.stringify(config));
  return file;
};

const policyLogs = ({ policies }: GatewayVariant): boolean => policies === 'all';
