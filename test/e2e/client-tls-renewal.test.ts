/** The certificates that the gateway shows to those it calls are those that their files hold now. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { Secret } from '../../src/core/secret.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { makeAuthority } from '../support/certificates.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { startTlsOrigin } from '../support/tls-origin.ts';
import { until } from '../support/until.ts';

const authority = makeAuthority();

const policy = `version: 1
default: { upstream: compute, stages: [] }
`;

/** A gateway in front of a service that asks for certificates, with its own in files. */
const start = async (t: TestContext) => {
  const first = authority.issue('first');
  const folder = await writeFolder(t, { ...first, ca: authority.ca });
  const file = (name: string, text: string) => new Secret(text.trimEnd(), join(folder, name));
  const origin = await startTlsOrigin(t, {
    ...authority.issue('service'),
    ca: authority.ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { upstreams } = demoConfig(cloud, { port: 0, adminPort: 0 });
  const tls = { ca: file('ca', authority.ca), cert: file('cert', first.cert), key: file('key', first.key) };
  const compute = { url: `https://127.0.0.1:${origin.port}`, timeoutMs: 5000, connections: 8, tls };
  const gateway = await startTestGateway(t, {
    cloud,
    config: {
      upstreams: { ...upstreams, compute },
      policies: { dir: await writeFolder(t, { 'a.yaml': policy }) },
    },
  });
  const write = async (pair: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(pair)) await writeFile(join(folder, name), text);
  };
  /** The name in the certificate that the next connection shows, from memory and as a stream. */
  const shown = async (): Promise<string> => {
    origin.drop();
    await call('GET', `${gateway.url}/a`);
    await call('POST', `${gateway.url}/a`, undefined, {});
    return origin.seen
      .slice(-2)
      .map((line) => line.split(' ').at(-1))
      .join(' ');
  };
  return { gateway, origin, write, shown };
};

const series = async (adminUrl: string, name: string): Promise<string> =>
  (await (await fetch(`${adminUrl}/metrics`)).text()).split('\n').find((line) => line.startsWith(name)) ?? '';

test("a renewed certificate of the gateway's own is shown to the service with the next connection", async (t) => {
  const { gateway, write, shown } = await start(t);
  assert.equal(await shown(), 'first first');
  await write({ ...authority.issue('renewed') });
  await until(
    () => gateway.lines.some(({ message }) => message === 'certificate renewed'),
    'it is taken by itself',
  );
  assert.equal(await shown(), 'renewed renewed');
  const expiry = 'images_gateway_tls_certificate_expiry_timestamp_seconds{certificate="upstream:compute"}';
  assert.match(await series(gateway.adminUrl, expiry), / \d{10}$/);
});

test('a pair that does not fit leaves the one before in use, and is told by metric and log', async (t) => {
  const { gateway, write, shown } = await start(t);
  const reload = 'images_gateway_tls_last_reload_successful{certificate="upstream:compute"}';
  assert.match(await series(gateway.adminUrl, reload), / 1$/);
  await write({ cert: authority.issue('other').cert });
  // As SIGHUP does, and without waiting for the watcher.
  await gateway.reload();
  assert.match(await series(gateway.adminUrl, reload), / 0$/);
  assert.equal(await shown(), 'first first');
  assert.ok(
    gateway.lines.some(({ message }) =>
      /^the certificate was not renewed: "key" does not belong/.test(String(message)),
    ),
  );
});

test('the authorities by which a service is believed are renewed too', async (t) => {
  const { gateway, origin, write } = await start(t);
  await write({ ca: makeAuthority('stranger').ca });
  await gateway.reload();
  origin.drop();
  assert.equal((await call('GET', `${gateway.url}/a`)).status, 502);
  await write({ ca: authority.ca });
  await gateway.reload();
  assert.equal((await call('GET', `${gateway.url}/a`)).status, 200);
});
