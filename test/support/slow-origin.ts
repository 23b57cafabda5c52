import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Stands before a service and holds every request back before it passes it on.
 *
 * @param delayMs asked for each request, by its path and query.
 */
export const slowOrigin = async (
  t: TestContext,
  url: string,
  delayMs: (target: string) => number,
): Promise<{ readonly url: string; readonly waiting: () => number }> => {
  let waiting = 0;
  const server = createServer(async (req, res) => {
    waiting++;
    await wait(delayMs(req.url ?? ''));
    waiting--;
    const onward = request(url + req.url, { method: req.method ?? 'GET', headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, waiting: () => waiting };
};
