/** The least that a proxy in Node.js can be: node:http in, undici's dispatch out, bodies in memory. No policies. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { port, upstream } from './settings.ts';

const pool = new Pool(upstream, { connections: 128, pipelining: 1 });
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => forward(req, res, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
}).listen(port, '127.0.0.1');

const forward = (req: IncomingMessage, res: ServerResponse, body: Buffer | undefined): void => {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(req.headers))
    if (value !== undefined && !hopByHop.has(name)) headers[name] = value;
  pool.dispatch(
    { method: req.method as 'POST', path: req.url ?? '/', headers, body: body ?? null },
    {
      onRequestStart() {},
      onResponseStart(_controller, status, answered) {
        delete answered['connection'];
        delete answered['keep-alive'];
        res.writeHead(status, answered as Record<string, string>);
      },
      onResponseData: (_controller, chunk) => void res.write(chunk),
      onResponseEnd: () => void res.end(),
      onResponseError: (_controller, error) => void res.destroy(error),
    },
  );
};
