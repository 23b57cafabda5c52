import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ForwardOutcome, ForwardRequest } from '../core/forward.ts';
import type { GatewayFault } from '../core/gateway-faults.ts';
import type { Outage } from '../core/ports.ts';
import type { Watchdog, Watched } from '../core/watchdog.ts';
import { type AnswerHead, announcedLength, relayHead } from './relay-answer.ts';

/** The upstream's side of an exchange, as far as the relay steers it. */
export interface UpstreamSide {
  pause(): void;
  resume(): void;
  /** Ends the request to the upstream; called at most once, also before a connection was found. */
  abort(): void;
  /** The request is still being sent and the upstream is not what it waits for. */
  sending?(): boolean;
}

const outageFaults: Readonly<Record<Outage, [GatewayFault, string]>> = {
  refused: ['upstream-unreachable', 'The service behind the gateway cannot be reached. Try again later.'],
  dns: ['upstream-unreachable', 'The service behind the gateway cannot be found. Try again later.'],
  tls: ['upstream-unreachable', 'The gateway could not make a secure connection to the service behind it.'],
  reset: [
    'upstream-unreachable',
    'The service behind the gateway broke off before it answered. Whether the request took effect is not known.',
  ],
  timeout: [
    'upstream-timeout',
    'The service behind the gateway did not answer in time. Whether the request took effect is not known.',
  ],
  malformed: ['upstream-broken', 'The service behind the gateway gave an answer that is not valid HTTP.'],
  bounds: [
    'upstream-broken',
    'The service behind the gateway gave an answer with too large a header section.',
  ],
  status: ['upstream-broken', 'The service behind the gateway gave an answer that is not valid HTTP.'],
  credential: ['upstream-unreachable', 'The service behind the gateway refused the connection.'],
  'circuit-open': [
    'upstream-unreachable',
    'The service behind the gateway cannot be reached. Try again later.',
  ],
};

/** Bytes up to which an answer is turned into text for a single write. */
const smallAnswer = 16_384;

/**
 * One answer on its way from the upstream to the client, whichever library brings it. Settles exactly once; after
 * that it ignores whatever else comes. A cut answer ends in a reset connection, so that no client takes it for whole.
 */
export class Relay implements Watched {
  readonly #res: ServerResponse;
  readonly #request: ForwardRequest;
  readonly #resolve: (outcome: ForwardOutcome) => void;
  readonly #watchdog: Watchdog;
  #upstream: UpstreamSide | undefined;
  #status: number | undefined;
  #paused = false;
  /** Bytes that the answer's body is announced to have; -1: it is not announced. */
  #announced = -1;
  /** The whole answer was handed over already. */
  #whole = false;
  settled = false;
  idleTurns = 0;
  place = -1;

  /** @param watchdog for the head of the answer, and then between any two pieces of its body */
  constructor(
    res: ServerResponse,
    request: ForwardRequest,
    watchdog: Watchdog,
    resolve: (outcome: ForwardOutcome) => void,
  ) {
    this.#res = res;
    this.#request = request;
    this.#resolve = resolve;
    this.#watchdog = watchdog;
    watchdog.watch(this);
    res.on('close', this.#gone);
    request.signal?.addEventListener('abort', this.#stop, { once: true });
    if (request.signal?.aborted) this.#stop();
    else if (res.destroyed) this.#gone();
  }

  /** True once the head of the answer has come. */
  get started(): boolean {
    return this.#status !== undefined;
  }

  /** A connection was found, or found again on a retry. */
  connect(upstream: UpstreamSide): void {
    this.#upstream = upstream;
    if (this.settled) upstream.abort();
  }

  /** Something was sent or received: the upstream has the full time again. */
  alive(): void {
    this.idleTurns = 0;
  }

  head(head: AnswerHead): void {
    if (this.settled) return;
    // Whoever answers before the body is through may not read the rest of it, so nothing can follow on this connection.
    if (this.#request.body === 'stream' && !this.#res.req.complete) this.#res.shouldKeepAlive = false;
    const problem = relayHead(this.#res, head, this.#request.responseHeaders, this.#request.challenge);
    if (problem === undefined) {
      this.#status = head.status;
      this.#announced = this.#res.req.method === 'HEAD' ? -1 : announcedLength(head.rawHeaders);
      this.alive();
    } else this.#fail('upstream-broken', problem);
  }

  data(chunk: Uint8Array): void {
    if (this.settled) return;
    this.alive();
    const isWhole = chunk.byteLength === this.#announced && chunk.byteLength <= smallAnswer;
    this.#announced = -1;
    if (isWhole) this.#endWith(chunk);
    else if (!this.#res.write(chunk)) this.#waitForClient();
  }

  #waitForClient(): void {
    this.#paused = true;
    this.#upstream?.pause();
    this.#res.once('drain', this.#drained);
  }

  end(): void {
    if (this.settled || this.#status === undefined) return;
    if (!this.#whole) this.#res.end();
    this.#settle({ kind: 'answered', status: this.#status });
  }

  /**
   * The whole body in one piece. As a text it leaves with the head in one write; a buffer would be a second part, which
   * Node gathers in a queue.
   */
  #endWith(chunk: Uint8Array): void {
    this.#whole = true;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#res.end(bytes.toString('latin1'), 'latin1');
  }

  /** The exchange with the upstream failed. Before the head this is a fault, after it a cut answer. */
  failed(reason: Outage): void {
    if (this.settled) return;
    const [fault, message] = outageFaults[reason];
    this.#fail(fault, message);
  }

  /** The request itself could not be written: its headers are not what HTTP allows. */
  unsendable(): void {
    this.#fail('bad-request', 'A header of the request has a value that HTTP does not allow.');
  }

  /** The upstream took the upgrade: from here on the two sockets are joined, for as long as they like. */
  handOver(socket: Socket): void {
    if (this.settled) return;
    this.#status = 101;
    this.#watchdog.release(this);
    this.#res.off('close', this.#gone);
    this.#res.detachSocket(socket);
    socket.once('close', () => this.#settle({ kind: 'answered', status: 101 }));
  }

  #fail(fault: GatewayFault, message: string): void {
    if (this.settled) return;
    // Nothing that comes behind the last byte of an answer can make it less whole.
    const status = this.#status;
    if (this.#whole) this.end();
    else if (status === undefined)
      this.#settle({ kind: 'failed', fault, message, unsent: this.#upstream === undefined });
    else {
      this.#settle({ kind: 'cut', status });
      // A plain close would look like the regular end to a client without length or chunks (RFC 9112 8).
      this.#res.socket?.resetAndDestroy();
      this.#res.destroy();
    }
    this.#upstream?.abort();
  }

  /** The upstream's time is over. */
  late(): void {
    // A client that takes its time with reading or sending is not the upstream's fault; its socket has its own timeout.
    if (!this.#paused && !this.#upstream?.sending?.()) this.failed('timeout');
    else {
      this.alive();
      this.#watchdog.watch(this);
    }
  }

  readonly #stop = (): void => this.failed('timeout');

  readonly #gone = (): void => {
    if (this.settled) return;
    this.#settle({ kind: 'client-gone', status: this.#status });
    this.#upstream?.abort();
  };

  readonly #drained = (): void => {
    this.#paused = false;
    if (this.settled) return;
    this.alive();
    this.#upstream?.resume();
  };

  #settle(outcome: ForwardOutcome): void {
    this.settled = true;
    this.#watchdog.release(this);
    this.#res.off('close', this.#gone).off('drain', this.#drained);
    this.#request.signal?.removeEventListener('abort', this.#stop);
    this.#resolve(outcome);
  }
}
