import { balancedClient } from '../adapters/balanced-client.ts';
import { createCloudLimits } from '../adapters/cloud-limits.ts';
import type { CloudApi } from '../adapters/cloud-lookup.ts';
import { createHttpClient } from '../adapters/http-client.ts';
import { createImageLookups } from '../adapters/image-lookups.ts';
import type { ServiceTokens } from '../adapters/keystone-service-token.ts';
import { createServerLookups } from '../adapters/server-lookups.ts';
import type { Addresses } from '../adapters/upstream-addresses.ts';
import type { GatewayConfig } from '../config/schema.ts';
import type { ClockPort, Ports } from '../core/ports.ts';
import { imageAttributes } from '../operations/image-attributes.ts';
import { originTls } from './origin-tls.ts';

/** What is known of the addresses of an upstream, where it has several. */
type AddressesOf = (upstream: string) => Addresses | undefined;

/** The ports that ask the cloud about images and servers. @param own the gateway's own token, if it has a credential. */
export const composeLookups = (
  config: GatewayConfig,
  clock: ClockPort,
  own: ServiceTokens | undefined,
  addressesOf: AddressesOf = () => undefined,
): { readonly ports: Pick<Ports, 'images' | 'servers' | 'cloudLimits'>; close(): Promise<void> } => {
  const { lookups } = config;
  const compute = cloudApi(config, addressesOf, lookups.compute);
  const image = lookups.image === undefined ? undefined : cloudApi(config, addressesOf, lookups.image);
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

const cloudApi = (
  { upstreams, lookups }: GatewayConfig,
  addressesOf: AddressesOf,
  name: string,
): CloudApi => {
  const upstream = upstreams[name];
  if (upstream === undefined) throw new Error(`there is no upstream "${name}"`);
  const { timeoutMs } = lookups;
  const urls = [upstream.url].flat();
  const clients = urls.map((origin) =>
    createHttpClient({
      origin,
      connections: upstream.connections,
      timeoutMs,
      tls: originTls(upstream.tls),
      // An address that does not answer at all must leave time for another one.
      connectTimeoutMs: timeoutMs / Math.min(urls.length, 3),
    }),
  );
  const addresses = addressesOf(name);
  const [only] = clients;
  const isOnly = only !== undefined && (addresses === undefined || clients.length === 1);
  const client = isOnly ? only : balancedClient(addresses as Addresses, clients, timeoutMs);
  return { client, base: upstream.api ?? '' };
};
