import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** What a simulated service answers. */
export interface Reply {
  readonly status: number;
  /** Reason phrase, where the real service does not use the usual one. */
  readonly reason?: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array | Readable;
}

/** One service. `undefined`: the connection is closed without an answer, as uwsgi does with a path it cannot decode. */
export type App = (request: IncomingMessage) => Reply | undefined | Promise<Reply | undefined>;

const folded = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/**
 * A request header as a WSGI application sees it (PEP 3333, CGI names): case and the difference of `-` and `_` are
 * lost, and several headers of one name become one value, joined by commas. So `X_Auth_Token` is `X-Auth-Token`.
 */
export const wsgiHeader = (request: IncomingMessage, name: string): string | undefined => {
  const wanted = folded(name);
  const values: string[] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    if (folded(request.rawHeaders[at] ?? '') === wanted) values.push(request.rawHeaders[at + 1] ?? '');
  }
  return values.length === 0 ? undefined : values.join(',');
};

/** The whole body, or `undefined` when it has more than `limit` bytes (the rest is then not kept). */
export const readBody = async (request: IncomingMessage, limit: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? undefined : Buffer.concat(chunks);
};

/**
 * The body as OpenStack's WSGI services get it behind uwsgi: only with a Content-Length. A chunked body is not seen,
 * it reads as an absent one.
 */
export const readDeclaredBody = async (
  request: IncomingMessage,
  limit: number,
): Promise<Buffer | undefined> => {
  const body = await readBody(request, limit);
  return request.headers['content-length'] === undefined ? Buffer.alloc(0) : body;
};

/** Scheme and authority for links: the Host header; uwsgi takes the scheme from X-Forwarded-Proto. */
export const origin = (request: IncomingMessage): string => {
  const scheme = wsgiHeader(request, 'x-forwarded-proto') === 'https' ? 'https' : 'http';
  return `${scheme}://${request.headers.host ?? 'localhost'}`;
};
