import { BlockList, isIP } from 'node:net';

/** Is this the address of a proxy of ours, whose word about the client counts? */
export type TrustedPeers = (address: string) => boolean;

/** @param networks addresses and CIDR blocks, e.g. `10.0.0.0/8`, `::1`; checked when the config is read. Throws on others. */
export const trustedPeers = (networks: readonly string[]): TrustedPeers => {
  if (networks.length === 0) return () => false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
};

/** An IPv4 address that came through an IPv6 socket, in the form that people and rules write. */
export const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;

/**
 * The client's address: the peer, or behind trusted proxies the last address of `X-Forwarded-For` that is not one
 * of them. What stands further left was written by the client itself and counts for nothing.
 * @param peer the address of the socket, plain
 * @param forwardedFor the header as it came, from a trusted peer; all its lines joined by commas
 */
export const clientAddressOf = (peer: string, forwardedFor: string, trusted: TrustedPeers): string => {
  let client = peer;
  for (const entry of forwardedFor.split(',').reverse()) {
    const address = plainAddress(withoutPort(entry.trim()));
    if (isIP(address) === 0) return client;
    client = address;
    if (!trusted(address)) return client;
  }
  return client;
};

/**
 * What both headers together say. A proxy writes one of them and may let the other through as the client sent it, so
 * that neither counts where they disagree: the client is then the proxy itself.
 * @param forwardedFor `undefined`: the header is not there; likewise `forwarded`
 */
export const agreedClient = (
  peer: string,
  forwardedFor: string | undefined,
  forwarded: string | undefined,
  trusted: TrustedPeers,
): { readonly address: string; readonly agreed: boolean } => {
  const only = forwardedFor ?? forwarded;
  if (only === undefined) return { address: peer, agreed: true };
  const address = clientAddressOf(peer, only, trusted);
  const agreed =
    forwardedFor === undefined ||
    forwarded === undefined ||
    address === clientAddressOf(peer, forwarded, trusted);
  return { address: agreed ? address : peer, agreed };
};

/** Some proxies add the port (`192.0.2.1:4711`, `[2001:db8::1]:4711`). */
const withoutPort = (entry: string): string =>
  /^\[([0-9a-fA-F:.]+)\](?::\d+)?$/.exec(entry)?.[1] ??
  /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry)?.[1] ??
  entry;
