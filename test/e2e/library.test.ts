/** The gateway inside a program that has a server already. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import express from 'express';
import { type DemoCloud, startDemoCloud } from '../../src/demo/cloud.ts';
import { createGateway, GatewayProblems } from '../../src/index.ts';
import { call } from '../support/gateway.ts';
import { servedConfig } from '../support/serve.ts';

const settings = async (t: TestContext, cloud: DemoCloud, changes: object = {}): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-library-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  await writeFile(file, JSON.stringify({ ...servedConfig(cloud), log: { level: 'silent' }, ...changes }));
  return file;
};

const start = async (t: TestContext) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const env = { GATEWAY_PASSWORD: cloud.seed.users.gateway.password };
  const gateway = await createGateway({ config: await settings(t, cloud), env });
  const app = express();
  app.get('/hello', (_req, res) => void res.send('hello'));
  app.use('/operations', gateway.admin);
  app.use(gateway.handler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { cloud, gateway, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

test('an Express application serves its own paths, and the rest goes through the policies', async (t) => {
  const { cloud, gateway, url } = await start(t);
  t.after(() => gateway.stop());
  const metadata = (id: string) => `${url}/v2/images/${id}/metadata`;
  const { tokens, images } = cloud.seed;
  assert.equal(await (await fetch(`${url}/hello`)).text(), 'hello');
  const write = { metadata: { label: 'by a library' } };
  assert.equal((await call('POST', metadata(images.ubuntu), tokens.demo, write)).status, 200);
  const change = { metadata: { auto_disk_config: 'FALSE' } };
  assert.equal((await call('POST', metadata(images.resizing), tokens.demo, change)).status, 409);
  assert.equal((await call('PROPFIND', metadata(images.ubuntu), tokens.demo)).status, 405);
  const metrics = await (await fetch(`${url}/operations/metrics`)).text();
  assert.match(metrics, /images_gateway_refusals_total\{stage="disk-config-guard",fault="resizing"\} 1/);
  assert.deepEqual(await gateway.reload(), []);
  assert.match(gateway.revision, /^[0-9a-f]{16}$/);
});

test('stopping waits for what is in flight', async (t) => {
  const { cloud, gateway, url } = await start(t);
  const asked = call('GET', `${url}/v2/images`, cloud.seed.tokens.demo);
  await new Promise((resolve) => setImmediate(resolve));
  const [{ status }] = await Promise.all([asked, asked.then(() => gateway.stop())]);
  assert.equal(status, 200);
});

test('settings that do not load are an error that names every place', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const config = await settings(t, cloud, { listne: {}, policies: { dir: 'nowhere' } });
  await assert.rejects(createGateway({ config, env: {} }), (error: unknown) => {
    assert.ok(error instanceof GatewayProblems);
    assert.match(error.message, /gateway\.yaml:1:\d+: .*listen/);
    return true;
  });
});
