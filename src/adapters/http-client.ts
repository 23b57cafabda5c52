import type { Headers } from '../core/exchange.ts';
import type { Outage } from '../core/ports.ts';
import { outageOf } from './http-outage.ts';
import { createPool, type Dispatcher, type Pool, type PoolOptions } from './http-pool.ts';

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
  /** No connection was found, so that nothing of the request left. */
  readonly unsent: boolean;
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
    const fail = (reason: Outage): void =>
      settle({ kind: 'failed', reason, unsent: controller === undefined });
    const give = (reason: Outage): void => {
      fail(reason);
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
        fail(outageOf(error));
      },
    };
    const { method } = request;
    const path = base + request.path;
    try {
      pool.dispatch({ method, path, headers: request.headers ?? null, body: request.body ?? null }, handler);
    } catch (error) {
      // undici throws on a closed pool and on header values that are not valid HTTP.
      fail(outageOf(error));
    }
  });
