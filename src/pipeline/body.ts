import type { IncomingMessage } from 'node:http';

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

export interface BodyBounds {
  /** Real bytes, whatever the headers say. */
  readonly maxBytes: number;
  /** Milliseconds for the whole body, a minute when left out. */
  readonly timeoutMs?: number;
  /** Asked for room for each piece that came. What it granted is held until the request is over. */
  readonly take?: (bytes: number) => boolean;
}

const empty: BodyRead = Object.freeze({ kind: 'complete', bytes: new Uint8Array(0) });

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
  return new Promise((resolve) => collect(req, bounds, resolve));
};

const collect = (req: IncomingMessage, bounds: BodyBounds, resolve: (read: BodyRead) => void): void => {
  const chunks: Buffer[] = [];
  let size = 0;
  let done = false;
  // The listeners stay: taking four of them off costs more than reading a small body, and an error that comes later
  // would end the process if nobody listened.
  const finish = (read: BodyRead): void => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    if (read.kind !== 'complete') req.off('data', onData).pause();
    resolve(read);
  };
  const onData = (chunk: Buffer): void => {
    size += chunk.byteLength;
    if (size > bounds.maxBytes) finish({ kind: 'too-large' });
    else if (bounds.take?.(chunk.byteLength) === false) finish({ kind: 'no-room' });
    else chunks.push(chunk);
  };
  const onEnd = (): void => {
    const [first] = chunks;
    const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
    finish({ kind: 'complete', bytes });
  };
  const onBreak = (): void => finish({ kind: 'aborted' });
  const timer = setTimeout(onBreak, bounds.timeoutMs ?? 60_000);
  req.on('data', onData).on('end', onEnd).on('close', onBreak).on('error', onBreak);
};
