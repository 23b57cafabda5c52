import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher, Pool } from 'undici';
import type { Headers } from '../core/exchange.ts';
import type { Outage } from '../core/ports.ts';
import { outageOf } from './http-outage.ts';

export type { Dispatcher, Pool } from 'undici';
export { outageOf } from './http-outage.ts';

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
  /** PEM texts. There is no switch that turns the check of the origin's certificate off. */
  readonly tls?: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
    readonly servername?: string | undefined;
  };
  /** Name resolution; the system's when left out. */
  readonly lookup?: Lookup;
}

/**
 * A pool of HTTP/1.1 connections to one origin. Timeouts of single requests are the caller's: headers and body
 * timers of undici are off, because their resolution is half a second.
 * @param origin scheme, host and port, e.g. `https://keystone:5000`
 */
export const createPool = (origin: string, options: PoolOptions): Pool =>
  new Pool(origin, poolSettings(options));

const poolSettings = (options: PoolOptions): Pool.Options => ({
  connections: options.connections,
  pipelining: 1,
  allowH2: false,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: options.keepAliveMs ?? 4000,
  maxHeaderSize: options.maxHeaderBytes ?? 32_768,
  connect: {
    timeout: options.connectTimeoutMs ?? 3000,
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    ...options.tls,
  } as NonNullable<Pool.Options['connect']>,
});

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
class CountingClient extends Client implements CountedConnection {
  answers = 0;
  #socket: Socket | undefined;

  constructor(origin: URL | string, options: Client.Options) {
    const connect = options.connect as buildConnector.connector;
    const remember: buildConnector.connector = (where, callback) =>
      connect(where, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        this.#socket = socket ?? undefined;
        this.answers = 0;
        callback(...([error, socket] as Parameters<buildConnector.Callback>));
      });
    super(origin, { ...options, connect: remember });
  }

  get broken(): boolean {
    return this.#socket?.errored != null;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    (handler as { connection?: CountedConnection }).connection = this;
    return super.dispatch(options, handler);
  }
}

/** A pool whose handlers get a `connection` before anything is sent. */
export const createCountingPool = (origin: string, options: PoolOptions): Pool =>
  new Pool(origin, {
    ...poolSettings(options),
    factory: (url, clientOptions) => new CountingClient(url, clientOptions as Client.Options),
  });

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, sent byte for byte. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole exchange, connecting included; the client's own when left out. */
  readonly timeoutMs?: number;
  /** Most bytes of the answer's body. */
  readonly maxBytes?: number;
}

export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  /** Names in lower case; a repeated header is a list. */
  readonly headers: Headers;
  /** Complete: an answer that was cut short is a failure. */
  readonly body: Uint8Array;
}

export interface HttpFailure {
  readonly kind: 'failed';
  /** `timeout` also when the request's signal fired. */
  readonly reason: Outage;
}

/** Small calls to one origin, whose answers are read whole. Redirects are not followed. */
export interface HttpClient {
  /** Never rejects: whatever goes wrong is a `failed` with our word for it. */
  request(request: HttpRequest): Promise<HttpAnswer | HttpFailure>;
  /** Ends all sockets; requests in flight fail with `reset`. */
  close(): Promise<void>;
}

export interface HttpClientOptions extends PoolOptions {
  /** Scheme, host and port, and optionally a path that goes before the path of each request. */
  readonly origin: string;
  /** Milliseconds for one exchange. */
  readonly timeoutMs: number;
  /** Most bytes of a body; 1 MiB when left out. */
  readonly maxBytes?: number;
}

export const createHttpClient = (options: HttpClientOptions): HttpClient => {
  const { origin, pathname } = new URL(options.origin);
  const base = pathname.replace(/\/+$/, '');
  const pool = createPool(origin, { connectTimeoutMs: options.timeoutMs, ...options });
  return {
    request: (request) =>
      exchange(
        pool,
        base,
        request,
        request.timeoutMs ?? options.timeoutMs,
        request.maxBytes ?? options.maxBytes ?? 1_048_576,
      ),
    close: () => pool.destroy(),
  };
};

const exchange = (pool: Pool, base: string, request: HttpRequest, timeoutMs: number, maxBytes: number) =>
  new Promise<HttpAnswer | HttpFailure>((resolve) => {
    const { signal } = request;
    let controller: Dispatcher.DispatchController | undefined;
    let over = false;
    let status = 0;
    let headers: Headers = {};
    let size = 0;
    const chunks: Buffer[] = [];

    const settle = (result: HttpAnswer | HttpFailure): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve(result);
    };
    const give = (reason: Outage): void => {
      settle({ kind: 'failed', reason });
      controller?.abort(new Error(reason));
    };
    const stop = (): void => give('timeout');
    const timer = setTimeout(stop, timeoutMs);
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        // The time may have run out while the request waited for a socket.
        if (over) started.abort(new Error('timeout'));
      },
      onResponseStart(_controller, statusCode, responseHeaders) {
        if (statusCode < 200) return;
        status = statusCode;
        headers = responseHeaders;
        if (Number(responseHeaders['content-length'] ?? 0) > maxBytes && request.method !== 'HEAD')
          give('bounds');
      },
      onResponseData(_controller, chunk) {
        size += chunk.byteLength;
        if (size > maxBytes) return give('bounds');
        chunks.push(chunk);
      },
      onResponseEnd() {
        settle({ kind: 'answered', status, headers, body: Buffer.concat(chunks, size) });
      },
      onResponseError(_controller, error) {
        settle({ kind: 'failed', reason: outageOf(error) });
      },
    };
    const { method } = request;
    const path = base + request.path;
    try {
      pool.dispatch({ method, path, headers: request.headers ?? null, body: request.body ?? null }, handler);
    } catch (error) {
      // undici throws on a closed pool and on header values that are not valid HTTP.
      settle({ kind: 'failed', reason: outageOf(error) });
    }
  });
