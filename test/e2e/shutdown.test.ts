/** How a process ends: `serve` as a child process, under load, told to stop by signals. */
import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { withoutLimits } from '../support/open-policies.ts';
import { serve } from '../support/serve.ts';
import { slowOrigin } from '../support/slow-origin.ts';
import { until } from '../support/until.ts';

interface Tally {
  whole: number;
  closing: number;
  readonly lost: string[];
}

/** One GET; counts it as whole when the complete answer came. */
const ask = (url: string, token: string, agent: Agent, tally: Tally): Promise<void> =>
  new Promise((resolve) => {
    const lost = (error: Error) => {
      tally.lost.push(error.message);
      resolve();
    };
    get(url, { agent, headers: { 'x-auth-token': token } }, (res) => {
      if (res.statusCode !== 200) tally.lost.push(`status ${res.statusCode}`);
      if (res.headers.connection === 'close') tally.closing++;
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      res.on('error', lost).on('end', () => {
        assert.ok(JSON.parse(text));
        tally.whole++;
        resolve();
      });
    }).on('error', lost);
  });

test('SIGTERM under load loses no request in flight, and the process ends with 0', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const slow = await slowOrigin(t, cloud.imageUrl, (target) => (target.includes('limit=7') ? 1200 : 3));
  const gateway = await serve(t, cloud, {
    upstreams: { compute: { url: cloud.computeUrl, api: '/v2' }, image: { url: slow.url, api: '/v2' } },
    policies: { dir: await withoutLimits(t) },
    timeouts: { drainMs: 500 },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  t.after(() => agent.destroy());
  const tally: Tally = { whole: 0, closing: 0, lost: [] };
  const images = `${gateway.url}/v2/images`;
  const token = cloud.seed.tokens.demo;

  // As a balancer does: no new request to an instance that says it is not ready.
  let ready = true;
  t.after(() => {
    ready = false;
  });
  const client = async () => {
    while (ready) await ask(images, token, agent, tally);
  };
  const clients = Array.from({ length: 16 }, client);
  await until(() => tally.whole > 100, 'the load is on');
  const long = Array.from({ length: 8 }, () => ask(`${images}?limit=7`, token, agent, tally));
  await until(() => slow.waiting() >= long.length, 'the long requests are in flight');

  gateway.process.kill('SIGTERM');
  await until(async () => (await fetch(`${gateway.adminUrl}/readyz`)).status === 503, 'it says not ready');
  assert.equal(tally.lost.length, 0);
  const before = tally.whole;
  await until(() => tally.whole > before + 20, 'it serves on while it drains');
  assert.ok(tally.closing > 0, 'answers tell clients to close');
  ready = false;
  await Promise.all([...clients, ...long]);

  assert.equal(await gateway.ended(), 0);
  assert.deepEqual(tally.lost, []);
  assert.equal(gateway.complaints(), '');
  const access = gateway.lines.filter(({ kind }) => kind === 'access');
  assert.equal(access.length, tally.whole, 'every answer has its line, the last ones too');
});

test('a person who presses Ctrl-C does not wait for the drain time', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { timeouts: { drainMs: 60_000 } });
  const started = performance.now();
  gateway.process.kill('SIGINT');
  assert.equal(await gateway.ended(), 0);
  assert.ok(performance.now() - started < 10_000);
});

test('a second signal ends a process that is still draining', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { timeouts: { drainMs: 60_000 } });
  gateway.process.kill('SIGTERM');
  await until(async () => (await fetch(`${gateway.adminUrl}/readyz`)).status === 503, 'it drains');
  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.ended(), 1);
});
