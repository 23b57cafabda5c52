/** Thousands of connections that do nothing, or nearly: bounded in memory and time, while others are served. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { call } from '../support/gateway.ts';
import { type ServedGateway, serve } from '../support/serve.ts';
import { onBusyMachine, until } from '../support/until.ts';

/** As many as asked for, or what the system allows a process; Node takes the whole of it by itself. */
const asManyAs = (wanted: number): number => {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? wanted : Math.min(wanted, Number(limit) - 500);
};

interface Quiet {
  readonly sockets: readonly Socket[];
  /** First lines of what came back, by how often. */
  readonly answers: Map<string, number>;
  open(): number;
}

/** Opens connections a few at a time, as many as the queue of a listener holds, and writes something to each. */
const openMany = async (t: TestContext, port: number, count: number, bytes: string): Promise<Quiet> => {
  const sockets: Socket[] = [];
  const answers = new Map<string, number>();
  let open = 0;
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(200, count - sockets.length) }, () =>
      connect(port, '127.0.0.1'),
    );
    for (const socket of batch) {
      socket.once('data', (chunk) => {
        const line = String(chunk).split('\r\n', 1)[0] ?? '';
        answers.set(line, (answers.get(line) ?? 0) + 1);
      });
      socket.on('error', () => undefined).on('close', () => open--);
      socket.resume();
    }
    await Promise.all(batch.map((socket) => once(socket, 'connect')));
    open += batch.length;
    if (bytes !== '') for (const socket of batch) socket.write(bytes);
    sockets.push(...batch);
  }
  return { sockets, answers, open: () => open };
};

const scrape = async (gateway: ServedGateway, name: string): Promise<number> => {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
};

/** The longest of some ordinary requests on connections of their own, in milliseconds. */
const slowest = async (gateway: ServedGateway, token: string): Promise<number> => {
  const times: number[] = [];
  for (let n = 0; n < 10; n++) {
    const started = performance.now();
    const answer = await call('GET', `${gateway.url}/v2/images`, token, undefined, { connection: 'close' });
    assert.equal(answer.status, 200);
    times.push(performance.now() - started);
  }
  return Math.max(...times);
};

const start = async (t: TestContext, changes: Readonly<Record<string, unknown>>) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { log: { access: false, decisions: false }, ...changes });
  const { demo } = cloud.seed.tokens;
  assert.ok((await slowest(gateway, demo)) < 5000, 'it is warm');
  return { gateway, token: demo, port: Number(new URL(gateway.url).port) };
};

test('10,000 idle connections cost little memory, and others are served beside them', async (t) => {
  const { gateway, token, port } = await start(t, { timeouts: { headersMs: 60_000 } });
  const count = asManyAs(10_000);
  const used = Math.floor(count / 5);
  const before = await scrape(gateway, 'process_resident_memory_bytes');
  const silent = await openMany(t, port, count - used, '');
  const waiting = await openMany(t, port, used, 'GET /v2/none HTTP/1.1\r\nHost: a\r\n\r\n');
  const connected = () => scrape(gateway, 'images_gateway_client_connections');
  await until(async () => (await connected()) >= count, 'all are connected', 60_000);
  await until(() => waiting.answers.get('HTTP/1.1 401 Unauthorized') === used, 'all are answered', 60_000);
  const ms = await slowest(gateway, token);
  assert.ok(ms < onBusyMachine(1000), `the slowest request took ${ms} ms`);
  const each = ((await scrape(gateway, 'process_resident_memory_bytes')) - before) / count;
  t.diagnostic(`${count} connections, ${Math.round(each)} bytes each, slowest request ${Math.round(ms)} ms`);
  assert.ok(each < 40_000, `${each} bytes for each connection`);
  for (const socket of [...silent.sockets, ...waiting.sockets]) socket.destroy();
  await until(async () => (await connected()) < 10, 'all are forgotten', 60_000);
});

test('1,000 half-open requests end after the time for headers, and others are served beside them', async (t) => {
  const { gateway, token, port } = await start(t, { timeouts: { headersMs: 2000 } });
  const count = asManyAs(1000);
  const started = performance.now();
  const half = await openMany(t, port, count, 'POST /v2/images HTTP/1.1\r\nHost: a\r\nX-A: b');
  const drip = setInterval(() => {
    for (const socket of half.sockets) if (socket.writable) socket.write('b');
  }, 300);
  t.after(() => clearInterval(drip));
  const ms = await slowest(gateway, token);
  assert.ok(ms < onBusyMachine(1000), `the slowest request took ${ms} ms`);
  await until(() => half.open() === 0, 'all are closed by the gateway');
  const took = performance.now() - started;
  assert.ok(took > 2000 && took < onBusyMachine(12_000), `they were open for ${took} ms`);
  assert.deepEqual([...half.answers], [['HTTP/1.1 408 Request Timeout', count]]);
});
