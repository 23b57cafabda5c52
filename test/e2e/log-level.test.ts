/** How much is logged, changed while the gateway runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { serve } from '../support/serve.ts';
import { until } from '../support/until.ts';

test('an operator holds access lines back, and lets them through again', async (t) => {
  const gateway = await startTestGateway(t);
  const lines = () => gateway.lines.filter(({ kind }) => kind === 'access').length;
  const images = () => call('GET', `${gateway.url}/v2/images`, gateway.cloud.seed.tokens.demo);
  const level = (name: string) => call('POST', `${gateway.adminUrl}/log-level?level=${name}`);
  await images();
  assert.equal(lines(), 1);
  assert.deepEqual((await level('warn')).body, { level: 'warn' });
  await images();
  assert.equal(lines(), 1);
  await level('info');
  await images();
  assert.equal(lines(), 2);
  const wrong = await level('loud');
  assert.equal(wrong.status, 400);
  assert.deepEqual(wrong.body, { error: 'Name one of ?level=debug, info, warn, error, silent.' });
});

test('SIGUSR2 sets the level to debug, and back', async (t) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { log: { level: 'warn' } });
  const level = async () => (await call('GET', `${gateway.adminUrl}/log-level`)).body;
  assert.deepEqual(await level(), { level: 'warn' });
  for (const expected of ['debug', 'warn']) {
    gateway.process.kill('SIGUSR2');
    await until(async () => JSON.stringify(await level()) === JSON.stringify({ level: expected }), expected);
  }
});
