import type { IncomingMessage, ServerResponse } from 'node:http';

/** One page of the admin listener. */
export type AdminPage = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/** A page in an operator's browser could send a request that changes something; browsers name the page's origin. */
export const fromBrowser = (req: IncomingMessage): boolean => req.headers.origin !== undefined;

export const json = (res: ServerResponse, status: number, value: unknown): void =>
  send(res, status, 'application/json', `${JSON.stringify(value)}\n`);

export const send = (res: ServerResponse, status: number, contentType: string, body: string): void => {
  res.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  res.end(body);
};
