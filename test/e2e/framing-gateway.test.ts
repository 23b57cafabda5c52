import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { makeAuthority, secretPair } from '../support/certificates.ts';
import { brokenBodies, refused, sound } from '../support/framing-rows.ts';
import { startTestGateway } from '../support/gateway.ts';
import { startLenientOrigin } from '../support/lenient-origin.ts';
import { exchangeRaw, faultOf, statuses, tlsDial } from '../support/raw-client.ts';

/** A policy that lets everything through unjudged: nothing but the edge stands before the origin. */
const openPolicy = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-open-'));
  t.after(() => rm(folder, { recursive: true }));
  const text = 'version: 1\nroutes: []\ndefault: { upstream: compute, stages: [] }\n';
  await writeFile(join(folder, 'open.yaml'), text);
  return folder;
};

const authority = makeAuthority();

/** The listener, and how its clients connect. */
const listeners = {
  'the whole gateway': { tls: undefined, dial: undefined },
  'the whole gateway over TLS': { tls: secretPair(authority), dial: tlsDial({ ca: authority.ca }) },
};

for (const [name, { tls, dial }] of Object.entries(listeners))
  test(`no framing slips a second request past ${name}`, async (t) => {
    const origin = await startLenientOrigin(t);
    const cloud = await startDemoCloud();
    t.after(() => cloud.close());
    const { upstreams } = demoConfig(cloud, { port: 0, adminPort: 0 });
    const compute = { url: origin.url, timeoutMs: 5000, connections: 8 };
    const gateway = await startTestGateway(t, {
      cloud,
      config: {
        ...(tls === undefined ? {} : { listen: { host: '127.0.0.1', port: 0, tls } }),
        upstreams: { ...upstreams, compute },
        policies: { dir: await openPolicy(t) },
      },
    });
    const port = Number(new URL(gateway.url).port);
    const send = async (bytes: string) => {
      const [bytesBefore, runsBefore] = [origin.bytes().length, origin.requests.length];
      const { text } = await exchangeRaw(port, bytes, undefined, dial);
      return { text, left: origin.bytes().slice(bytesBefore), runs: origin.requests.slice(runsBefore) };
    };

    for (const [name, bytes, status = 400] of refused) {
      await t.test(`refuses ${name}`, async () => {
        const { text, left } = await send(bytes);
        assert.deepEqual(statuses(text), [status], text);
        assert.equal(Object.values(faultOf(text))[0]?.code, status);
        assert.equal(left, '');
      });
    }
    for (const [name, bytes] of brokenBodies) {
      await t.test(`runs nothing of ${name}`, async () => {
        const { text, runs } = await send(bytes);
        assert.ok(statuses(text).length <= 1, text);
        assert.deepEqual(runs, []);
      });
    }
    for (const [name, bytes, answers, expected] of sound) {
      await t.test(`runs once ${name}`, async () => {
        const { text, runs } = await send(bytes);
        assert.deepEqual(statuses(text), answers, text);
        assert.deepEqual(runs.map(({ line, body }) => [line, body]).sort(), [...expected].sort());
      });
    }
  });
