import type { IncomingMessage } from 'node:http';
import type { Watchdog, Watched } from '../core/watchdog.ts';

/** How a request body is delimited; `none` also for a length of zero. */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'sized'; readonly bytes: number }
  | { readonly kind: 'chunked' };

/** Tells from the header section whether a body follows (RFC 9112 6.3); a request with neither header has none. */
export const bodyFraming = (req: IncomingMessage): BodyFraming => {
  if (req.headers['transfer-encoding'] !== undefined) return { kind: 'chunked' };
  const length = Number(req.headers['content-length'] ?? 0);
  return length > 0 ? { kind: 'sized', bytes: length } : { kind: 'none' };
};

export type BodyRead =
  | { readonly kind: 'complete'; readonly bytes: Uint8Array }
  /** More than `maxBytes`; the rest was not read. */
  | { readonly kind: 'too-large' }
  /** The client went away, broke the framing, or was too slow. */
  | { readonly kind: 'aborted' }
  /** There is no memory for it now; the rest was not read. */
  | { readonly kind: 'no-room' };

/** Where the bytes of a body are held. */
export interface Room {
  /** Asked for each piece that came; what is granted is held until the request is over. */
  take(bytes: number): boolean;
}

export interface BodyBounds {
  /** Real bytes, whatever the headers say. */
  readonly maxBytes: number;
  /** Bounds the time for the whole body; it waits for ever when left out. */
  readonly watchdog?: Watchdog;
  /** There is always room when left out. */
  readonly room?: Room;
}

const noBytes = new Uint8Array(0);
const empty: BodyRead = Object.freeze({ kind: 'complete', bytes: noBytes });

/**
 * Reads a request body to its end. There is no partial result: a body that was cut must never be judged as if it
 * were whole. After any other end than `complete` the caller answers and closes the connection.
 */
export const readBody = (req: IncomingMessage, bounds: BodyBounds): Promise<BodyRead> => {
  const framing = bodyFraming(req);
  if (framing.kind === 'none') return Promise.resolve(empty);
  if (framing.kind === 'sized' && framing.bytes > bounds.maxBytes)
    return Promise.resolve({ kind: 'too-large' });
  if (req.destroyed && !req.complete) return Promise.resolve({ kind: 'aborted' });
  return new Promise((resolve) => new Collecting(req, bounds, resolve).begin());
};

/** The reading of one body. */
class Collecting implements Watched {
  readonly #req: IncomingMessage;
  readonly #bounds: BodyBounds;
  readonly #resolve: (read: BodyRead) => void;
  /** Nearly every body comes in one piece. */
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #size = 0;
  #done = false;
  idleTurns = 0;
  place = -1;

  constructor(req: IncomingMessage, bounds: BodyBounds, resolve: (read: BodyRead) => void) {
    this.#req = req;
    this.#bounds = bounds;
    this.#resolve = resolve;
  }

  begin(): void {
    this.#bounds.watchdog?.watch(this);
    const onBreak = (): void => this.late();
    this.#req.on('data', this.#onData).on('end', this.#onEnd).on('close', onBreak).on('error', onBreak);
  }

  /** The time is over, or the client gone. */
  late(): void {
    this.#finish({ kind: 'aborted' });
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#size += chunk.byteLength;
    const { maxBytes, room } = this.#bounds;
    if (this.#size > maxBytes) this.#finish({ kind: 'too-large' });
    else if (room?.take(chunk.byteLength) === false) this.#finish({ kind: 'no-room' });
    else if (this.#first === undefined) this.#first = chunk;
    else {
      this.#more ??= [this.#first];
      this.#more.push(chunk);
    }
  };

  readonly #onEnd = (): void => {
    const bytes = this.#more === undefined ? this.#first : Buffer.concat(this.#more, this.#size);
    this.#finish({ kind: 'complete', bytes: bytes ?? noBytes });
  };

  // The listeners stay: taking four of them off costs more than reading a small body, and an error that comes later
  // would end the process if nobody listened.
  #finish(read: BodyRead): void {
    if (this.#done) return;
    this.#done = true;
    this.#bounds.watchdog?.release(this);
    if (read.kind !== 'complete') this.#req.off('data', this.#onData).pause();
    this.#resolve(read);
  }
}
