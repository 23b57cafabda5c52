import { createHash, randomUUID } from 'node:crypto';
import type { GatewayConfig } from '../config/schema.ts';
import type { Policy } from '../core/policy.ts';

/** Roles that routes ask for; one of each list, and none that an option gives special rights to. */
const rolesOf = ({ routes, fallback }: Policy): string[] => {
  const uses = [...routes, ...(fallback === undefined ? [] : [fallback])].flatMap(({ stages }) => stages);
  const lists = uses.flatMap(({ with: options }) => {
    const byMethod = options['rolesByMethod'];
    return [options['roles'], ...(typeof byMethod === 'object' ? Object.values(byMethod ?? {}) : [])];
  });
  const first = lists.flatMap((list) =>
    Array.isArray(list) && typeof list[0] === 'string' ? [list[0]] : [],
  );
  return [...new Set(['member', 'reader', ...first])];
};

/**
 * The operator's own settings and policies, in front of one origin: on free ports of loopback, with tokens of a list
 * in place of Keystone, with nothing shared, and asking nobody else.
 * @param tokens how many
 */
export const doctorConfig = (
  config: GatewayConfig,
  policy: Policy,
  originUrl: string,
  tokens: number,
): { readonly config: GatewayConfig; readonly tokens: readonly string[] } => {
  const roles = rolesOf(policy);
  const names = Array.from({ length: tokens }, () => randomUUID());
  const known = names.map((token) => ({
    sha256: createHash('sha256').update(token).digest('hex'),
    user: { id: randomUUID().replaceAll('-', '') },
    project: { id: randomUUID().replaceAll('-', '') },
    roles,
  }));
  const upstreams = Object.entries(config.upstreams).map(([name, { api }]) => [
    name,
    { url: originUrl, timeoutMs: 5000, connections: 16, ...(api === undefined ? {} : { api }) },
  ]);
  return {
    tokens: names,
    config: {
      ...config,
      listen: { host: '127.0.0.1', port: 0 },
      admin: { host: '127.0.0.1', port: 0 },
      upstreams: Object.fromEntries(upstreams),
      identity: {
        kind: 'static',
        tokens: known,
        publicUrl: 'http://127.0.0.1:5000/v3',
        cache: { seconds: 60, negativeSeconds: 0, entries: tokens + 100 },
      },
      limits: { store: 'memory' },
      policies: { ...config.policies, watch: false },
      trustedProxies: [],
      timeouts: { ...config.timeouts, drainMs: 0 },
    },
  };
};
