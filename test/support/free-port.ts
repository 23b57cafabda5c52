/** Ports for servers that cannot be given port 0, because they must come back on the same one or tell it to others. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give out by themselves (Linux: from 32768, ip(7) `ip_local_port_range`; others: from 49152),
 * so that nothing takes one between our look and the server's start. Each process has a hundred of its own: tests run side
 * by side, in processes whose numbers are close to each other.
 */
const lowest = 10_000;
const own = 100;
const lanes = 220;
const first = lowest + (process.pid % lanes) * own;
let taken = 0;

/** A port that nothing listens on now, and that this process has not given before. */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < own; tries += 1) {
    const port = first + (taken++ % own);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await Promise.race([
      once(server, 'listening').then(() => true),
      new Promise<false>((resolve) => server.once('error', () => resolve(false))),
    ]);
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`No port from ${first} to ${first + own - 1} is free on 127.0.0.1.`);
};
