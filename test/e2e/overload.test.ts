/** What a flood may take, and what it gets: bounds on requests, bytes and time, on the whole gateway. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type DemoCloud, startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { metadata } from '../support/disk-config-doors.ts';
import { call, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { withoutLimits } from '../support/open-policies.ts';
import { exchangeRaw, faultOf, oneAnswer, openRaw, statuses } from '../support/raw-client.ts';
import { slowOrigin } from '../support/slow-origin.ts';
import { onBusyMachine, until } from '../support/until.ts';

const { tokens, images } = seedIds;
const overload = { maxBodyBytes: 1_000_000, maxLagMs: 0, maxConnections: 1000 };
const timeouts = { headersMs: 10_000, requestMs: 60_000, keepAliveMs: 65_000, drainMs: 0 };
const portOf = ({ url }: TestGateway): number => Number(new URL(url).port);

const postHead = (length: number): string =>
  [
    `POST ${metadata(images.ubuntu)} HTTP/1.1`,
    'Host: a',
    `X-Auth-Token: ${tokens.demo}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');

/** A gauge or counter without labels, as it is scraped. */
const gauge = async (gateway: TestGateway, name: string): Promise<number> => {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
};

/** A gateway whose compute service answers when `release` says so. */
const held = async (t: TestContext, config: Parameters<typeof startTestGateway>[1] = {}) => {
  const cloud: DemoCloud = await startDemoCloud();
  t.after(() => cloud.close());
  let delayMs = 300;
  const origin = await slowOrigin(t, cloud.computeUrl, () => delayMs);
  const upstream = { url: origin.url, api: '/v2', timeoutMs: 30_000, connections: 128 };
  const gateway = await startTestGateway(t, {
    cloud,
    config: {
      upstreams: { compute: upstream, image: { ...upstream, url: cloud.imageUrl } },
      ...config.config,
    },
  });
  return { gateway, origin, quick: () => (delayMs = 0) };
};

test('a body that comes too slowly is 408 with our fault, and nothing of it leaves', async (t) => {
  const gateway = await startTestGateway(t, { config: { timeouts: { ...timeouts, requestMs: 100 } } });
  const drip = openRaw(portOf(gateway));
  drip.write(postHead(100));
  const timer = setInterval(() => drip.write(' '), 20);
  t.after(() => clearInterval(timer));
  await until(() => oneAnswer(drip.received()), 'the slow client is answered');
  clearInterval(timer);
  assert.deepEqual(statuses(drip.received()), [408]);
  const { badRequest } = faultOf(drip.received());
  assert.equal(badRequest?.code, 408);
  assert.match(badRequest?.message ?? '', /did not arrive completely/);
  assert.match(badRequest?.details ?? '', /gateway\/request-timeout/);
  assert.equal(gateway.cloud.requests.compute.total, 0);
});

test('a body that may not be piped has the same time', async (t) => {
  const gateway = await startTestGateway(t, { config: { timeouts: { ...timeouts, requestMs: 100 } } });
  const head = postHead(100).replace(/^POST \S+/, 'DELETE /v2/servers/x/unjudged');
  const { text } = await exchangeRaw(portOf(gateway), `${head}{}`);
  assert.deepEqual(statuses(text), [408]);
});

test('headers that come too slowly are 408 with our fault', async (t) => {
  const gateway = await startTestGateway(t, { config: { timeouts: { ...timeouts, headersMs: 100 } } });
  const { text } = await exchangeRaw(portOf(gateway), 'GET /v2/images HTTP/1.1\r\nHost: a\r\nX-');
  assert.deepEqual(statuses(text), [408]);
  assert.equal(faultOf(text)['badRequest']?.code, 408);
});

test('more requests than may be in flight are 503 at once, and reach nobody', async (t) => {
  const { gateway, origin, quick } = await held(t, { config: { maxInFlight: 4 } });
  const url = `${gateway.url}/v2/servers`;
  const taken = Array.from({ length: 4 }, () => call('GET', url, tokens.demo));
  await until(() => origin.waiting() === 4, 'four requests are in flight');
  const started = performance.now();
  const refused = await call('GET', url, 'a token that nobody looks up');
  assert.ok(performance.now() - started < onBusyMachine(200), 'it waits for nothing');
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.ok('serviceUnavailable' in (refused.body as object));
  assert.equal(origin.waiting(), 4);
  quick();
  assert.deepEqual(
    (await Promise.all(taken)).map(({ status }) => status),
    [200, 200, 200, 200],
  );
  assert.equal((await call('GET', url, tokens.demo)).status, 200);
});

test('more bytes of judged bodies than may be held are 503, and the room is given back', async (t) => {
  const { gateway, origin } = await held(t, {
    config: { overload: { ...overload, maxBodyBytes: 50_000 }, policies: { dir: await withoutLimits(t) } },
  });
  const url = gateway.url + metadata(images.ubuntu);
  const body = JSON.stringify({ metadata: { label: 'x' } }).padEnd(30_000);
  const first = call('POST', url, tokens.demo, body);
  await until(() => origin.waiting() === 1, 'the first body is held');
  assert.equal(await gauge(gateway, 'images_gateway_body_bytes'), 30_000);
  const second = await call('POST', url, tokens.demo, body);
  assert.equal(second.status, 503);
  assert.equal(second.headers.get('retry-after'), '1');
  assert.equal((await first).status, 200);
  await until(
    async () => (await gauge(gateway, 'images_gateway_body_bytes')) === 0,
    'the room is given back',
  );
  assert.equal((await call('POST', url, tokens.demo, body)).status, 200);
});

test('a length that is only announced takes no room from others', async (t) => {
  const gateway = await startTestGateway(t, { config: { overload: { ...overload, maxBodyBytes: 1000 } } });
  const idle = Array.from({ length: 20 }, () => openRaw(portOf(gateway)));
  for (const socket of idle) socket.write(postHead(900));
  await until(async () => (await gauge(gateway, 'images_gateway_inflight_requests')) === 20, 'all wait');
  const answer = await call('POST', gateway.url + metadata(images.ubuntu), tokens.demo, { metadata: {} });
  assert.notEqual(answer.status, 503);
  for (const socket of idle) socket.destroy();
});

test('while the event loop lags some requests are 503, and all are served again when it does not', async (t) => {
  const gateway = await startTestGateway(t, {
    config: { overload: { ...overload, maxLagMs: 60 }, policies: { dir: await withoutLimits(t) } },
  });
  const url = `${gateway.url}/v2/servers`;
  let busy = true;
  const spin = (): void => {
    const end = performance.now() + 120;
    while (performance.now() < end);
    if (busy) setTimeout(spin, 1);
  };
  spin();
  t.after(() => {
    busy = false;
  });
  const shed: number[] = [];
  await until(async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('GET', url, tokens.demo)));
    shed.push(answers.filter(({ status }) => status === 503).length);
    return (shed.at(-1) ?? 0) > 0;
  }, 'requests are turned away');
  assert.ok((shed.at(-1) ?? 0) < 10, 'some are served');
  busy = false;
  await until(async () => (await gauge(gateway, 'images_gateway_shed_ratio')) === 0, 'the share is nothing');
  assert.equal((await call('GET', url, tokens.demo)).status, 200);
});

test('connections beyond the bound are closed, and those within it are served', async (t) => {
  const gateway = await startTestGateway(t, { config: { overload: { ...overload, maxConnections: 5 } } });
  const kept = Array.from({ length: 5 }, () => openRaw(portOf(gateway)));
  await until(async () => (await gauge(gateway, 'images_gateway_client_connections')) === 5, 'five are open');
  assert.equal((await exchangeRaw(portOf(gateway), 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).text, '');
  kept[0]?.write('GET /v2/images HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => oneAnswer(kept[0]?.received() ?? ''), 'one of the five is answered');
  kept[1]?.destroy();
  await until(async () => (await gauge(gateway, 'images_gateway_client_connections')) === 4, 'one has gone');
  await pause(0);
  assert.deepEqual(statuses((await exchangeRaw(portOf(gateway), 'x\r\n\r\n')).text), [400]);
  for (const socket of kept) socket.destroy();
});
