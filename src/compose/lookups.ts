import { createCloudLimits } from '../adapters/cloud-limits.ts';
import type { CloudApi } from '../adapters/cloud-lookup.ts';
import { createHttpClient } from '../adapters/http-client.ts';
import { createImageLookups } from '../adapters/image-lookups.ts';
import type { ServiceTokens } from '../adapters/keystone-service-token.ts';
import { createServerLookups } from '../adapters/server-lookups.ts';
import type { GatewayConfig } from '../config/schema.ts';
import type { ClockPort, Ports } from '../core/ports.ts';
import { imageAttributes } from '../operations/image-attributes.ts';
import { originTls } from './origin-tls.ts';

/** The ports that ask the cloud about images and servers. @param own the gateway's own token, if it has a credential. */
export const composeLookups = (
  config: GatewayConfig,
  clock: ClockPort,
  own: ServiceTokens | undefined,
): { readonly ports: Pick<Ports, 'images' | 'servers' | 'cloudLimits'>; close(): Promise<void> } => {
  const { lookups } = config;
  const compute = cloudApi(config, lookups.compute);
  const image = lookups.image === undefined ? undefined : cloudApi(config, lookups.image);
  return {
    ports: {
      images: createImageLookups(compute, image, imageAttributes),
      cloudLimits: createCloudLimits(compute),
      servers: createServerLookups(lookups.servers === 'service' ? { ...compute, own } : compute, {
        clock,
        ...lookups,
      }),
    },
    async close() {
      await compute.client.close();
      await image?.client.close();
    },
  };
};

const cloudApi = ({ upstreams, lookups }: GatewayConfig, name: string): CloudApi => {
  const upstream = upstreams[name];
  if (upstream === undefined) throw new Error(`there is no upstream "${name}"`);
  const client = createHttpClient({
    origin: upstream.url,
    connections: upstream.connections,
    timeoutMs: lookups.timeoutMs,
    tls: originTls(upstream.tls),
  });
  return { client, base: upstream.api ?? '' };
};
