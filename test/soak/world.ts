/** The services around a gateway under a soak: an identity service that knows every token, and a cloud without servers. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Service {
  readonly url: string;
  close(): void;
}

const listen = async (listener: RequestListener): Promise<Service> => {
  const server = createServer({ keepAliveTimeout: 600_000 }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const domain = { id: 'default', name: 'Default' };
const refusal = JSON.stringify({ error: { code: 401, message: 'No such token.', title: 'Unauthorized' } });

/** Who a token belongs to: every one to a user and a project of its own; those that begin with `bad` to nobody. */
export const startKeystone = (): Promise<Service> =>
  listen((req, res) => {
    const subject = String(req.headers['x-subject-token'] ?? '');
    if (subject.startsWith('bad'))
      return res.writeHead(401, { 'content-type': 'application/json' }).end(refusal);
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    const token = {
      methods: ['password'],
      user: { id: `u${subject}`, name: `u${subject}`, domain },
      project: { id: projectOf(subject), name: `p${subject}`, domain },
      roles: [{ id: 'r', name: 'member' }],
      expires_at: expires,
      issued_at: new Date().toISOString(),
      audit_ids: [subject],
    };
    res.writeHead(200, { 'content-type': 'application/json', 'x-subject-token': subject });
    return res.end(JSON.stringify({ token }));
  });

/** 32 hex digits, as project ids have. */
export const projectOf = (token: string): string =>
  Buffer.from(token).toString('hex').padStart(32, '0').slice(-32);

export const startCloud = (): Promise<Service> =>
  listen((req, res) => {
    req.resume();
    const body = req.url?.includes('/servers') ? '{"servers":[]}' : '{"metadata":{}}';
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
