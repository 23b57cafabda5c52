import type { ServerResponse } from 'node:http';
import type { ForwardOutcome, ForwardRequest } from '../core/forward.ts';
import { Watchdog } from '../core/watchdog.ts';
import { outageOf } from './http-outage.ts';
import { type CountedConnection, createCountingPool, type Dispatcher, type Pool } from './http-pool.ts';
import type { OriginTls } from './origin-tls.ts';
import { Relay, type UpstreamSide } from './relay.ts';

export interface MemoryOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Put before every target; empty for most. */
  readonly basePath: string;
  readonly connections: number;
  /** Milliseconds for the head of an answer, and between two pieces of its body. */
  readonly timeoutMs: number;
  readonly tls?: OriginTls | undefined;
  /** A request was sent a second time. */
  readonly retried: () => void;
}

export interface MemoryForwarder {
  forward(res: ServerResponse, request: ForwardRequest): Promise<ForwardOutcome>;
  close(): Promise<void>;
}

/** Forwards requests whose body is in memory, or that have none. */
export const createMemoryForwarder = (options: MemoryOptions): MemoryForwarder => {
  const pool = createCountingPool(options.origin, {
    connections: options.connections,
    tls: options.tls,
  });
  // uwsgi ends every answer that has a body with the connection, and does not say so beforehand. An idle connection
  // to it is dead already, which the next write would only learn by failing.
  const habits: Habits = { closes: false };
  const watchdog = new Watchdog(options.timeoutMs);
  return {
    forward: (res, request) =>
      new Promise((resolve) => {
        const relay = new Relay(res, request, watchdog, resolve);
        if (!relay.settled) new Attempt(pool, options, habits, request, relay, true).start();
      }),
    close: () => pool.destroy(),
  };
};

interface Habits {
  /** The last answer with a body was delimited by the end of the connection. */
  closes: boolean;
}

/** One sending of one request. */
class Attempt implements Dispatcher.DispatchHandler, UpstreamSide {
  /** Set by the pool: the connection that carries this attempt. */
  connection: CountedConnection | undefined;
  readonly #pool: Pool;
  readonly #options: MemoryOptions;
  readonly #habits: Habits;
  readonly #request: ForwardRequest;
  readonly #relay: Relay;
  readonly #mayRetry: boolean;
  #received = false;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(
    pool: Pool,
    options: MemoryOptions,
    habits: Habits,
    request: ForwardRequest,
    relay: Relay,
    first: boolean,
  ) {
    this.#pool = pool;
    this.#options = options;
    this.#habits = habits;
    this.#request = request;
    this.#relay = relay;
    this.#mayRetry = first && (request.method === 'GET' || request.method === 'HEAD');
  }

  start(): void {
    const { method, target, headers, body } = this.#request;
    const options: Dispatcher.DispatchOptions = {
      method,
      path: this.#options.basePath + target,
      headers: headers as string[],
      body: (body as Uint8Array | undefined) ?? null,
    };
    if (this.#habits.closes) options.reset = true;
    this.#pool.dispatch(options, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#relay.connect(this);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(): void {
    this.#controller?.abort(new Error('the client or the time is gone'));
  }

  onResponseStarted(): void {
    this.#received = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    reason?: string,
  ): void {
    // Interim answers say nothing to a client that asked for none.
    if (status < 200) return;
    if (this.connection !== undefined) this.connection.answers++;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
      this.#habits.closes = false;
    else if (status !== 204 && status !== 304 && this.#request.method !== 'HEAD') this.#habits.closes = true;
    const rawHeaders = ((controller.rawHeaders ?? []) as Buffer[]).map((part) => part.toString('latin1'));
    this.#relay.head({ status, reason: reason ?? '', rawHeaders, httpVersion: '1.1' });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#relay.data(chunk);
  }

  onResponseEnd(): void {
    if (this.connection?.broken) this.#relay.failed('reset');
    else this.#relay.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#relay.settled) return;
    const reason = outageOf(error);
    // The upstream closed an idle connection just as we took it; only a request that changes nothing may be repeated.
    const stale = reason === 'reset' && !this.#received && (this.connection?.answers ?? 0) > 0;
    if (stale && this.#mayRetry) {
      this.#options.retried();
      new Attempt(this.#pool, this.#options, this.#habits, this.#request, this.#relay, false).start();
    } else if ((error as { code?: string }).code === 'UND_ERR_INVALID_ARG') this.#relay.unsendable();
    else this.#relay.failed(reason);
  }
}
