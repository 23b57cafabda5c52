import { createForwarder, type Forwarder, type ForwarderOptions } from '../adapters/upstream.ts';
import type { GatewayConfig } from '../config/schema.ts';
import { originTls } from './origin-tls.ts';

/** The way to the services that `upstreams:` names. */
export const composeForwarder = (
  { upstreams }: Pick<GatewayConfig, 'upstreams'>,
  outside: Omit<ForwarderOptions, 'upstreams'>,
): Forwarder =>
  createForwarder({
    upstreams: Object.fromEntries(
      Object.entries(upstreams).map(([name, upstream]) => [
        name,
        { ...upstream, tls: originTls(upstream.tls) },
      ]),
    ),
    ...outside,
  });
