import type { Socket } from 'node:net';
import { materialOf, type OriginTls, sameMaterial, serverNameOf, type TlsMaterial } from './origin-tls.ts';
import {
  type buildConnector,
  type Client,
  connectorFrom,
  type Dispatcher,
  HttpConnection,
  HttpPool,
  type Pool,
} from './undici-parts.ts';

export type { Dispatcher, Pool } from './undici-parts.ts';

type Lookup = NonNullable<import('node:net').TcpSocketConnectOpts['lookup']>;

export interface PoolOptions {
  /** Most sockets open at once to the origin. */
  readonly connections: number;
  /** Milliseconds to establish a connection, TLS included. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds an unused socket is kept; the origin's own keep-alive hint may shorten it. */
  readonly keepAliveMs?: number;
  /** Most bytes of an answer's header section. */
  readonly maxHeaderBytes?: number;
  readonly tls?: OriginTls | undefined;
  /** Name resolution; the system's when left out. */
  readonly lookup?: Lookup;
}

/**
 * A pool of HTTP/1.1 connections to one origin. Timeouts of single requests are the caller's: headers and body
 * timers of undici are off, because their resolution is half a second.
 * @param origin scheme, host and port, e.g. `https://keystone:5000`
 */
export const createPool = (origin: string, options: PoolOptions): Pool =>
  new HttpPool(origin, poolSettings(origin, options));

const poolSettings = (origin: string, options: PoolOptions): Pool.Options => ({
  connections: options.connections,
  pipelining: 1,
  allowH2: false,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: options.keepAliveMs ?? 4000,
  maxHeaderSize: options.maxHeaderBytes ?? 32_768,
  connect: connectorOf(origin, options),
});

/** Takes the certificates as they are when a connection is made: they may have been renewed. */
const connectorOf = (
  origin: string,
  { connectTimeoutMs = 3000, lookup, tls = {} }: PoolOptions,
): buildConnector.connector => {
  const name = serverNameOf(origin, tls);
  const build = (material: TlsMaterial): buildConnector.connector =>
    connectorFrom({
      timeout: connectTimeoutMs,
      allowH2: false,
      ...(lookup === undefined ? {} : { lookup }),
      ...material,
    } as buildConnector.BuildOptions);
  let material = materialOf(tls);
  let connect = build(material);
  return (where, callback) => {
    if (where.protocol !== 'https:') return connect(where, callback);
    const now = materialOf(tls);
    // A connector remembers TLS sessions, in which the certificate before would live on.
    if (!sameMaterial(material, now)) {
      material = now;
      connect = build(now);
    }
    const { servername: _asked, ...rest } = where;
    return connect(name === undefined ? rest : { ...rest, servername: name }, callback);
  };
};

/** One connection after another to one origin, as a handler sees it. */
export interface CountedConnection {
  /** How many answers the present connection has brought; the handler counts them. */
  answers: number;
  /** The present connection ended in an error, e.g. a reset. */
  readonly broken: boolean;
}

/**
 * Tells every handler which connection carries its request. undici's errors do not say whether it was reused, and
 * an answer without length that a reset cuts short is given out as whole (undici 8, `client-h1.js`,
 * `onHttpSocketError`).
 */
class CountingClient extends HttpConnection implements CountedConnection {
  answers = 0;
  #socket: Socket | undefined;
  readonly #secure: boolean;

  constructor(origin: URL | string, options: Client.Options) {
    const connect = options.connect as buildConnector.connector;
    const remember: buildConnector.connector = (where, callback) =>
      connect(where, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        this.#socket = socket ?? undefined;
        this.answers = 0;
        callback(...([error, socket] as Parameters<buildConnector.Callback>));
      });
    super(origin, { ...options, connect: remember });
    this.#secure = String(origin).startsWith('https:');
  }

  get broken(): boolean {
    return this.#socket?.errored != null;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    (handler as { connection?: CountedConnection }).connection = this;
    // Otherwise undici takes the name to be verified from the request's Host, which the client chose, and begins a new
    // connection when it changes (undici 8, `core/request.js`). Any constant does: the connector knows the true name.
    if (this.#secure) (options as { servername?: string }).servername = 'origin';
    return super.dispatch(options, handler);
  }
}

/** A pool whose handlers get a `connection` before anything is sent. */
export const createCountingPool = (origin: string, options: PoolOptions): Pool =>
  new HttpPool(origin, {
    ...poolSettings(origin, options),
    factory: (url, clientOptions) => new CountingClient(url, clientOptions as Client.Options),
  });
