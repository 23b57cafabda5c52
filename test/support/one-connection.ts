import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { TestContext } from 'node:test';

export interface OneAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Calls that all go over one connection, and so to one worker; one after the other. */
export interface OneConnection {
  call(method: string, path: string, token?: string, body?: unknown): Promise<OneAnswer>;
}

export const oneConnection = (t: TestContext, base: string): OneConnection => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  return {
    call: (method, path, token, body) =>
      new Promise((resolve, reject) => {
        const headers = {
          ...(token !== undefined && { 'x-auth-token': token }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        };
        const req = request(`${base}${path}`, { method, agent, headers }, (res) => {
          let text = '';
          res.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          res.on('error', reject).on('end', () => {
            resolve({ status: res.statusCode ?? 0, headers: res.headers, text });
          });
        });
        req.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
      }),
  };
};
