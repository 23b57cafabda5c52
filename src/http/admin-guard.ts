import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Log } from '../core/log.ts';
import type { ClockPort } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';

export interface AdminGuardOptions {
  /** `undefined`: no token is asked for, which the configuration allows on loopback only. */
  readonly token: Secret | undefined;
  /** Whether requests may change something: limits, tokens, the log level, the policy. */
  readonly writes: boolean;
  /** Paths that are open to everybody: they tell nothing that an open port does not tell. */
  readonly open: ReadonlySet<string>;
  readonly clock: ClockPort;
  readonly log: Log;
}

export interface AdminRefusal {
  readonly status: number;
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Wrong tokens from one address in a minute; then right ones are not looked at either, or guessing would go on. */
const mostWrong = 10;
const windowMs = 60_000;
const mostAddresses = 10_000;

/** Decides who may see and change what on the admin listener, and writes down every attempt to change something. */
export const createAdminGuard = (options: AdminGuardOptions) => {
  const { token, writes, open, log } = options;
  const wrong = new WrongTokens(options.clock);
  return (req: IncomingMessage, res: ServerResponse, path: string): AdminRefusal | undefined => {
    const writing = req.method !== 'GET' && req.method !== 'HEAD';
    const peer = req.socket.remoteAddress ?? '';
    if (writing) audit(log, req, res, path, peer);
    if (open.has(path) && !writing) return undefined;
    const foreign = fromElsewhere(req, token !== undefined);
    if (foreign !== undefined) return { status: 403, error: foreign };
    if (token !== undefined) {
      const waitMs = wrong.waitMs(peer);
      if (waitMs > 0) {
        const headers = { 'retry-after': String(Math.ceil(waitMs / 1000)) };
        return { status: 429, error: 'Too many wrong tokens from this address.', headers };
      }
      if (!matches(req, token)) {
        if (req.headers.authorization !== undefined) wrong.note(peer);
        const headers = { 'www-authenticate': 'Bearer' };
        return { status: 401, error: 'Send the admin token: Authorization: Bearer TOKEN.', headers };
      }
    }
    if (writing && !writes) {
      const error = 'This listener is read-only. Set admin.writes or admin.token in the settings file.';
      return { status: 403, error };
    }
    return undefined;
  };
};

/** One line for every attempt, whatever becomes of it: who, what, and the answer. */
const audit = (log: Log, req: IncomingMessage, res: ServerResponse, path: string, peer: string): void => {
  res.once('close', () => {
    const fields = {
      kind: 'audit',
      event: 'admin-write',
      'http.request.method': req.method,
      'url.path': path.slice(0, 200),
      'client.address': peer,
    };
    log.info(
      { ...fields, 'http.response.status_code': res.statusCode },
      'the admin listener was asked to change something',
    );
  });
};

/**
 * What a page of another site in an operator's browser would send. Its origin is named by the browser; and where no
 * token protects us, the page may have pointed its own name at this address (DNS rebinding), which the Host tells.
 */
const fromElsewhere = (req: IncomingMessage, guarded: boolean): string | undefined => {
  const { host = '', origin } = req.headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return 'Pages of other sites may not use this listener.';
  }
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (guarded || name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return undefined;
  return 'Without admin.token this listener is reached by address or as localhost only, not by another name.';
};

/** Compares hashes, which have one length, in constant time. */
const matches = (req: IncomingMessage, token: Secret): boolean => {
  const sent = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(token.reveal()));
};

/** Counts wrong tokens by address, in windows of a minute; bounded, the oldest address goes first. */
class WrongTokens {
  readonly #counts = new Map<string, { count: number; readonly ends: number }>();
  readonly #clock: ClockPort;

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  note(address: string): void {
    const now = this.#clock.now();
    const entry = this.#counts.get(address);
    if (entry !== undefined && entry.ends > now) {
      entry.count++;
      return;
    }
    this.#counts.delete(address);
    this.#counts.set(address, { count: 1, ends: now + windowMs });
    const oldest = this.#counts.size > mostAddresses ? this.#counts.keys().next().value : undefined;
    if (oldest !== undefined) this.#counts.delete(oldest);
  }

  /** Milliseconds until this address may try again; 0: now. */
  waitMs(address: string): number {
    const entry = this.#counts.get(address);
    if (entry === undefined || entry.count < mostWrong) return 0;
    return Math.max(0, entry.ends - this.#clock.now());
  }
}
