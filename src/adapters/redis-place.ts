import { Secret } from '../core/secret.ts';
import type { OriginTls } from './origin-tls.ts';

/** Where Redis or Valkey is, and how to log in: what `config/gateway.yaml` says of it. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export type RedisPlace =
  | ({ readonly kind: 'single' } & RedisNode)
  | { readonly kind: 'socket'; readonly path: string }
  /** Sentinels that know which server is the master of `name`. */
  | { readonly kind: 'sentinel'; readonly name: string; readonly nodes: readonly RedisNode[] }
  /** Some nodes of a Redis Cluster; the others are learned from them. */
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] };

export interface RedisLogin {
  /** An ACL user. `undefined` with a password: the user `default`. */
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

export interface RedisAddress extends RedisLogin {
  readonly place: RedisPlace;
  readonly database?: number | undefined;
  /** `undefined`: plain TCP. */
  readonly tls?: OriginTls | undefined;
  /** How to log in at the sentinels, which have users of their own. */
  readonly sentinelLogin?: RedisLogin | undefined;
}

/** Where it is, for logs: no user, no password. */
export const describePlace = (place: RedisPlace): string => {
  const list = (nodes: readonly RedisNode[]): string =>
    nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  switch (place.kind) {
    case 'single':
      return `${place.host}:${place.port}`;
    case 'socket':
      return place.path;
    case 'sentinel':
      return `${place.name} by sentinels ${list(place.nodes)}`;
    case 'cluster':
      return `cluster of ${list(place.nodes)}`;
  }
};

const defaultPort = 6379;

/**
 * Reads `redis://`, `rediss://` (TLS) and `unix://` addresses; user and password may be in them, percent-encoded, and
 * the number of a database is the path.
 *
 * @throws Error a sentence that does not repeat the address, since it may hold a password.
 */
export const redisAddress = (text: string): RedisAddress => {
  const url = URL.parse(text);
  if (url === null || !['redis:', 'rediss:', 'unix:'].includes(url.protocol))
    throw new Error(
      'The address of Redis must look like redis://host:6379, rediss://host:6379 or unix:///path.',
    );
  const login: RedisLogin = {
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: new Secret(decodeURIComponent(url.password)) }),
  };
  if (url.protocol === 'unix:')
    return { ...login, place: { kind: 'socket', path: decodeURIComponent(url.pathname) } };
  const database = url.pathname.replace(/^\//, '');
  if (!/^\d*$/.test(database))
    throw new Error('The path in the address of Redis must be the number of a database, or empty.');
  return {
    ...login,
    place: {
      kind: 'single',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? defaultPort : Number(url.port),
    },
    ...(database !== '' && { database: Number(database) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
};
