import type { GatewayConfig } from '../config/schema.ts';
import type { ClientTls } from '../config/tls-schema.ts';
import type { Secret } from '../core/secret.ts';
import { oneAtATime } from '../policy/one-at-a-time.ts';
import {
  type CertificatesOutside,
  holdAuthorities,
  holdPair,
  type Renewable,
  watchCertificates,
} from './held-certificates.ts';

export interface ComposedClientTls {
  /** The settings, with certificates that are always those in use. */
  readonly config: GatewayConfig;
  /** Reads the certificates again, as their files are now. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What the gateway shows to those it calls, and by whom it believes them, renewed as the listeners' is. New connections
 * are made with it; those that stand go on.
 */
export const composeClientTls = async (
  config: GatewayConfig,
  outside: CertificatesOutside,
): Promise<ComposedClientTls> => {
  const held: Renewable[] = [];
  const live = (party: string, tls: ClientTls): ClientTls => {
    const pair = tls.cert && tls.key && holdPair(party, { cert: tls.cert, key: tls.key }, outside);
    const authorities = tls.ca && holdAuthorities({ party }, party, tls.ca, outside);
    held.push(...[pair, authorities].filter((one) => one !== undefined));
    const now: ClientTls = tls.serverName === undefined ? {} : { serverName: tls.serverName };
    const member = (name: 'ca' | 'cert' | 'key', get: () => Secret) =>
      Object.defineProperty(now, name, { get, enumerable: true });
    if (authorities) member('ca', () => authorities.ca);
    if (pair) {
      member('cert', () => pair.cert);
      member('key', () => pair.key);
    }
    return now;
  };
  const withTls = <T extends { readonly tls?: ClientTls }>(party: string, settings: T): T =>
    settings.tls === undefined ? settings : { ...settings, tls: live(party, settings.tls) };
  const { upstreams, identity, limits } = config;
  const composed: GatewayConfig = {
    ...config,
    upstreams: Object.fromEntries(
      Object.entries(upstreams).map(([name, upstream]) => [name, withTls(`upstream:${name}`, upstream)]),
    ),
    identity: identity.kind === 'static' ? identity : withTls('identity', identity),
    limits: limits.store === 'memory' ? limits : withTls('limits', limits),
  };
  const renew = oneAtATime(async () => {
    for (const one of held) await one.renew();
  });
  const watching = await watchCertificates(held, renew, outside.watch);
  await renew();
  return { config: composed, renew, close: watching.close };
};
