/** Everything hostile that the doctor knows, against the shipped policies. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { doctorConfig } from '../../src/cli/doctor-config.ts';
import { inertPorts } from '../../src/compose/inert-ports.ts';
import { loadSnapshot } from '../../src/compose/load-snapshot.ts';
import { startGateway } from '../../src/compose.ts';
import { noMeters } from '../../src/core/silence.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { startEchoOrigin } from '../../src/doctor/echo-origin.ts';
import { examineRow, examineSound } from '../../src/doctor/examine.ts';
import { hostileSet } from '../../src/doctor/hostile-set.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

/** What each family is answered. Where nothing is refused, the request passes without what it tried to bring in. */
const answers: Readonly<Record<string, readonly number[]>> = {
  Paths: [400],
  'Spellings that mean the same call': [400],
  'Disguises of a guarded call': [404],
  'Headers that claim an identity': [200],
  'Headers that claim an address, a path or a connection': [200],
  Connection: [400],
  'Method overrides': [400],
  Tokens: [400, 401],
  'Sizes of the head': [431],
  Bodies: [400, 413],
  'Content types': [400, 415],
  'Content codings': [415],
  Framing: [400, 405],
  'Requests inside requests': [200, 400],
};

const examined = async (t: TestContext) => {
  const cloud = await startDemoCloud();
  await cloud.close();
  const demo = demoConfig(cloud, { port: 0, adminPort: 0 });
  const outside = { ports: inertPorts, meters: noMeters };
  const loaded = await loadSnapshot(demo.policies.dir, Object.keys(demo.upstreams), outside, {
    cases: false,
  });
  assert.ok(loaded.ok);
  const origin = await startEchoOrigin('chunks', ({ line }) =>
    /\/metadata /.test(line) ? '{"metadata":{}}' : '{"servers":[]}',
  );
  t.after(() => origin.close());
  const count = hostileSet.length + 1;
  const { config, tokens } = doctorConfig(demo, loaded.snapshot.policy, origin.url, count);
  const gateway = await startGateway(config, createLogger('info', { write: () => undefined }));
  t.after(() => gateway.stop(true));
  const unused = tokens.values();
  return { url: gateway.url, origin, token: () => unused.next().value ?? '', from: () => undefined };
};

test('nothing hostile gets through the shipped policies', async (t) => {
  const subject = await examined(t);
  assert.equal(await examineSound(subject), undefined, 'a sound write passes');
  for (const row of hostileSet) {
    await t.test(`${row.family}: ${row.name}`, async () => {
      const { through, hangs, status } = await examineRow(subject, row);
      assert.equal(through, undefined);
      assert.equal(hangs, false);
      assert.ok(answers[row.family]?.includes(status ?? 0), `answered ${status}`);
    });
  }
});

test('every row has a name of its own, and says what is expected and where it comes from', () => {
  const names = hostileSet.map(({ family, name }) => `${family}: ${name}`);
  assert.equal(new Set(names).size, names.length);
  for (const { expect, source } of hostileSet) assert.ok(expect.endsWith('.') && source.length > 5);
});
