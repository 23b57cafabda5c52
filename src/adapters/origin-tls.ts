import { isIP } from 'node:net';

/** What an encrypted connection to an origin is made with. There is no switch that turns the check of its certificate off. */
export interface TlsMaterial {
  /** PEM. `undefined`: the authorities that Node trusts. */
  readonly ca?: string | undefined;
  /** PEM of the gateway's own certificate and key, where the origin asks for them. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Read anew for each connection, since certificates are renewed while the gateway runs. */
export interface OriginTls extends TlsMaterial {
  /** The name that the origin's certificate must hold, where it is not the host of its address. */
  readonly servername?: string | undefined;
}

export const materialOf = ({ ca, cert, key }: OriginTls): TlsMaterial => ({ ca, cert, key });

export const sameMaterial = (a: TlsMaterial, b: TlsMaterial): boolean =>
  a.ca === b.ca && a.cert === b.cert && a.key === b.key;

/**
 * The name to ask for and to verify. It comes from the settings and never from a request: both HTTP libraries would
 * take it from `Host`, so that a client could choose whom the gateway believes.
 * @returns `undefined` for an address, which has no place in SNI (RFC 6066 3) and is verified all the same
 */
export const serverNameOf = (origin: string, { servername }: OriginTls = {}): string | undefined => {
  if (servername !== undefined) return servername;
  const { hostname } = new URL(origin);
  return hostname.startsWith('[') || isIP(hostname) !== 0 ? undefined : hostname;
};
