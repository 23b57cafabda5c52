import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds for which a client may go on sending after its answer, before the connection is cut. */
const lingerMs = 1000;

/** Unanswered requests on one connection; no client needs as many, and each holds memory and an upstream connection. */
const mostPipelined = 100;

/**
 * The open connections and what each is doing. Node's own `closeIdleConnections` spares sockets that never sent a
 * request, which would hold up every shutdown.
 */
export class Connections {
  readonly #last = new Map<Socket, ServerResponse | undefined>();
  /** Responses to pipelined requests that waited for an earlier one when they began. */
  readonly #queued = new Map<Socket, ServerResponse[]>();
  /** Connections whose TLS handshake is under way, by their peer: Node makes another socket of them behind it. */
  readonly #shaking = new Map<string, Socket>();
  #emptied: (() => void) | undefined;

  get size(): number {
    return this.#last.size + this.#shaking.size;
  }

  /** A connection has come that has yet to make its TLS handshake. */
  addShaking(socket: Socket): void {
    const peer = peerOf(socket);
    this.#shaking.set(peer, socket);
    socket.once('close', () => {
      if (this.#shaking.get(peer) === socket) this.#shaking.delete(peer);
      this.#tellEmpty();
    });
  }

  /** The handshake is through. */
  addSecure(socket: Socket): void {
    this.#shaking.delete(peerOf(socket));
    this.add(socket);
  }

  add(socket: Socket): void {
    this.#last.set(socket, undefined);
    socket.once('close', () => {
      this.#last.delete(socket);
      this.#abandon(socket);
      this.#tellEmpty();
    });
    lingering(socket, () => this.#last.get(socket)?.req);
  }

  /**
   * A request has come.
   * @returns false when the answer before it ended the connection: it must not be run (RFC 9112 9.6).
   */
  begin(socket: Socket, res: ServerResponse): boolean {
    const last = this.#last.get(socket);
    if (last !== undefined && !last.shouldKeepAlive) return false;
    this.#last.set(socket, res);
    return last === undefined || last.writableFinished || this.#queue(socket, res);
  }

  #queue(socket: Socket, res: ServerResponse): boolean {
    const queued = this.#queued.get(socket)?.filter((earlier) => !earlier.writableFinished) ?? [];
    this.#queued.set(socket, [...queued, res]);
    if (queued.length < mostPipelined) return true;
    socket.destroy();
    return false;
  }

  /** Node tells only the response whose turn it is that the client has left. */
  #abandon(socket: Socket): void {
    for (const res of this.#queued.get(socket) ?? []) {
      if (res.destroyed || res.writableFinished) continue;
      res.destroy();
      res.emit('close');
    }
    this.#queued.delete(socket);
  }

  /**
   * Does no answer use the socket, or wait for it? Node takes it off an answer a moment after its last byte, and gives
   * it to requests that are not run, behind the last answer.
   */
  isFree(socket: Socket): boolean {
    const last = this.#last.get(socket);
    return last === undefined || (last.shouldKeepAlive && last.writableFinished && last.socket === null);
  }

  /**
   * What to do when the parser finds broken bytes: answer them, let the answers to sound requests before them go out
   * first and then close, or cut, because an answer would be taken for the answer to something else.
   */
  onBroken(socket: Socket): 'answer' | 'wait' | 'cut' {
    const last = this.#last.get(socket);
    if (last === undefined) return this.#last.has(socket) ? 'answer' : 'cut';
    if (last.writableFinished) return last.shouldKeepAlive ? 'answer' : 'cut';
    if (last.req.complete) {
      last.shouldKeepAlive = false;
      return 'wait';
    }
    return last.socket === socket && !last.headersSent ? 'answer' : 'cut';
  }

  /**
   * Closes idle connections, and the others with their last answer. Node decides on keep-alive when a request comes,
   * so that a connection whose request came before the shutdown would stay open, idle, behind its answer.
   */
  finish(): void {
    for (const socket of this.#shaking.values()) socket.destroy();
    for (const [socket, last] of this.#last) {
      if (last === undefined || last.writableFinished) socket.destroy();
      else if (!last.headersSent) last.shouldKeepAlive = false;
      else last.once('finish', () => socket.destroySoon());
    }
  }

  destroyAll(): void {
    for (const socket of this.#shaking.values()) socket.destroy();
    for (const socket of this.#last.keys()) socket.destroy();
  }

  /** Resolves when no connection is left. */
  async empty(): Promise<void> {
    if (this.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
  }

  #tellEmpty(): void {
    if (this.size === 0) this.#emptied?.();
  }
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/**
 * Lets a client that is still sending read its answer. Closing a socket with unread data makes the kernel send a
 * reset, which can destroy the answer on its way (RFC 9112 9.6).
 */
const lingering = (socket: Socket, latest: () => IncomingMessage | undefined): void => {
  const close = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    const req = latest();
    if (req === undefined || req.complete) return close();
    socket.end();
    // Thrown away as it comes; a request that is only paused would collect it in memory.
    req.resume();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(timer));
  };
};
