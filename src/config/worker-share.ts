import type { GatewayConfig } from './schema.ts';

/**
 * How many processes serve clients.
 * @param cores those that this process may use.
 */
export const workerCount = ({ workers = 1 }: Pick<GatewayConfig, 'workers'>, cores: number): number =>
  workers === 'auto' ? cores : workers;

/**
 * The settings of one of several workers. What bounds the whole gateway is divided, so that an operator need not know
 * how many processes there are; connections are handed out evenly, so that equal parts are right.
 */
export const shareOfWorker = (config: GatewayConfig, workers: number): GatewayConfig => {
  const part = (whole: number): number => Math.ceil(whole / workers);
  const { identity, limits, overload } = config;
  const upstreams = Object.entries(config.upstreams).map(
    ([name, upstream]) => [name, { ...upstream, connections: part(upstream.connections) }] as const,
  );
  return {
    ...config,
    upstreams: Object.fromEntries(upstreams),
    identity:
      identity.kind === 'static' || identity.grace === undefined
        ? identity
        : { ...identity, grace: { ...identity.grace, uses: part(identity.grace.uses) } },
    // Each worker counts its share while Redis is down.
    limits: limits.store === 'memory' ? limits : { ...limits, replicas: limits.replicas * workers },
    maxInFlight: part(config.maxInFlight),
    overload: {
      ...overload,
      maxBodyBytes: part(overload.maxBodyBytes),
      maxConnections: part(overload.maxConnections),
    },
  };
};
