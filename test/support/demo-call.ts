import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:http';

export interface DemoAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly text: string;
  /** Parsed, or `undefined` when the body is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  readonly json: any;
}

export interface DemoCallOptions {
  readonly token?: string;
  /** Sent as JSON; a string or bytes are sent as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends the body in chunks, without a Content-Length. */
  readonly chunked?: boolean;
}

const agent = new Agent({ keepAlive: false });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** One request over a real socket. The target goes out byte for byte: nothing resolves dots or encodes anything. */
export const demoCall = (
  baseUrl: string,
  method: string,
  target: string,
  options: DemoCallOptions = {},
): Promise<DemoAnswer> => {
  const { hostname, port } = new URL(baseUrl);
  const { body, token } = options;
  const bytes =
    body === undefined
      ? undefined
      : body instanceof Uint8Array || typeof body === 'string'
        ? body
        : JSON.stringify(body);
  const length = bytes === undefined || options.chunked ? {} : { 'content-length': Buffer.byteLength(bytes) };
  const headers: Record<string, string | number> = {
    ...(token === undefined ? {} : { 'x-auth-token': token }),
    ...(bytes === undefined ? {} : { 'content-type': 'application/json', ...length }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, method, path: target, headers, agent }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: res.statusCode ?? 0,
          reason: res.statusMessage ?? '',
          headers: res.headers,
          rawHeaders: res.rawHeaders,
          text,
          json: parsed(text),
        });
      });
    });
    req.on('error', reject);
    // Written and then ended, so that Node does not know the length and chunks when there is no Content-Length.
    if (bytes !== undefined) req.write(bytes);
    req.end();
  });
};
