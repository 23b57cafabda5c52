/** Hundreds of thousands of requests, each with a token, a project and a path that never came before. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { projectOf, startCloud, startKeystone } from './world.ts';

export interface Soaked {
  readonly requests: number;
  /** Bytes in use after a collection: when the caches were full, and at the end. */
  readonly heap: readonly [number, number];
  /** Characters of /metrics at the same moments. */
  readonly metrics: readonly [number, number];
  readonly statuses: Readonly<Record<string, number>>;
}

export interface SoakOptions {
  readonly requests: number;
  /** Ends it earlier. */
  readonly mostMs: number;
  /** A folder with the policies, into which the settings are written. */
  readonly configFile: (keystone: string, cloud: string) => Promise<string>;
}

/** One request; which kind, and all names in it, follow from its number. */
const requestOf = (n: number): string => {
  // A refusal that comes before the body does ends the connection, so that writes have a good token.
  const token = `${n % 5 === 4 && n % 4 !== 1 ? 'bad' : 'tok'}${n}x${Math.floor(n / 3)}`;
  const image = randomUUID();
  const head = `Host: a\r\nX-Auth-Token: ${token}\r\n`;
  switch (n % 4) {
    case 0:
      return `GET /v2/images/${image}/metadata HTTP/1.1\r\n${head}\r\n`;
    case 1: {
      const body = `{"metadata":{"key${n}":"v"}}`;
      return `POST /v2.1/${projectOf(token)}/images/${image}/metadata HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    }
    case 2:
      return `GET /v2/unknown${n}/${image}?q=${n} HTTP/1.1\r\n${head}X-Header-${n}: a\r\nX_Roles: r${n}\r\n\r\n`;
    default:
      return `DELETE /v2/images/${image}%2f${n} HTTP/1.1\r\n${head}\r\n`;
  }
};

/** Requests sent before the answers to them are waited for. */
const batch = 20;

/** One connection, until there is nothing more to send. */
const client = (
  port: number,
  next: () => number | undefined,
  count: (status: string) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let waiting = 0;
    let rest = '';
    let latest = '';
    const send = (): void => {
      let text = '';
      for (let n = 0; n < batch; n++) {
        const number = next();
        if (number === undefined) break;
        text += requestOf(number);
        waiting++;
      }
      if (text === '') socket.end();
      else socket.write(text);
    };
    socket.setEncoding('latin1').on('data', (chunk) => {
      rest += chunk;
      latest = String(chunk);
      for (const [, status = ''] of rest.matchAll(/HTTP\/1\.1 (\d{3})/g)) {
        count(status);
        waiting--;
      }
      // The beginning of a status line may be cut; the rest of an answer is of no interest.
      rest = /HTTP\/1\.1 \d{0,2}$|H?T{0,2}P?\/?1?\.?1? ?$/.exec(rest)?.[0] ?? '';
      if (waiting === 0) send();
    });
    socket.on('error', reject).on('close', () => {
      if (waiting === 0) resolve();
      else reject(new Error(`a connection was cut, ${waiting} answers short, behind ${latest.slice(-900)}`));
    });
    send();
  });

export const soak = async (options: SoakOptions): Promise<Soaked> => {
  const [keystone, cloud] = [await startKeystone(), await startCloud()];
  const file = await options.configFile(keystone.url, cloud.url);
  const script = join(import.meta.dirname, 'gateway-process.ts');
  const child = spawn(process.execPath, [script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { url, adminUrl } = JSON.parse(String((await lines.next()).value));
    const statuses: Record<string, number> = {};
    let sent = 0;
    const run = async (until: number, end: number): Promise<void> => {
      const next = () => (sent < until && performance.now() < end ? sent++ : undefined);
      const count = (status: string) => {
        statuses[status] = (statuses[status] ?? 0) + 1;
      };
      await Promise.all(Array.from({ length: 8 }, () => client(Number(new URL(url).port), next, count)));
    };
    const look = async (): Promise<[heap: number, metrics: number]> => {
      const metrics = (await (await fetch(`${adminUrl}/metrics`)).text()).length;
      child.stdin.write('heap\n');
      return [Number((await lines.next()).value), metrics];
    };
    const started = performance.now();
    // Half for the caches to fill and the code to warm up, which is growth that ends.
    await run(options.requests / 2, started + options.mostMs / 2);
    const [heapBefore, metricsBefore] = await look();
    await run(options.requests, started + options.mostMs);
    const [heapAfter, metricsAfter] = await look();
    return {
      requests: sent,
      heap: [heapBefore, heapAfter],
      metrics: [metricsBefore, metricsAfter],
      statuses,
    };
  } finally {
    child.stdin.end();
    await exited;
    keystone.close();
    cloud.close();
  }
};
