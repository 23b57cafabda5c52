/** A process that is not sound any more ends, so that a supervisor can start a sound one; it never hangs. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { openRaw } from '../support/raw-client.ts';
import { type ServedGateway, serve } from '../support/serve.ts';
import { until } from '../support/until.ts';

/** Runs before `serve` and makes it fail on signals, as a bug anywhere in it would. */
const saboteur = `
process.on('SIGUSR2', () => { throw new Error('sabotage by exception'); });
process.on('SIGWINCH', () => { Promise.reject(new Error('sabotage by rejection')); });
process.on('SIGIO', () => { throw 'no error at all'; });
`;

const sabotaged = async (t: TestContext): Promise<ServedGateway> => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--import data:text/javascript,${encodeURIComponent(saboteur)}`;
  try {
    return await serve(t, cloud, { timeouts: { drainMs: 60_000 } });
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
};

const errorOf = ({ lines }: ServedGateway) =>
  lines.find(({ message }) => message === 'an error reached nobody; the process ends');

for (const [kind, signal, text] of [
  ['an exception', 'SIGUSR2', 'sabotage by exception'],
  ['a rejection', 'SIGWINCH', 'sabotage by rejection'],
] as const)
  test(`${kind} that nobody handles is logged and ends the process with 1`, async (t) => {
    const gateway = await sabotaged(t);
    gateway.process.kill(signal);
    assert.equal(await gateway.ended(), 1);
    assert.match(JSON.stringify(errorOf(gateway)), new RegExp(text));
    assert.equal(gateway.complaints(), '');
  });

test('what is thrown and is no error ends the process all the same', async (t) => {
  const gateway = await sabotaged(t);
  gateway.process.kill('SIGIO');
  assert.equal(await gateway.ended(), 1);
  assert.ok(errorOf(gateway));
});

test('a failing process does not wait for clients that never end', async (t) => {
  const gateway = await sabotaged(t);
  const client = openRaw(Number(new URL(gateway.url).port));
  client.write('POST /v2/images HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{');
  await until(
    async () => /client_connections [1-9]/.test(await (await fetch(`${gateway.adminUrl}/metrics`)).text()),
    'it is connected',
  );
  const started = performance.now();
  gateway.process.kill('SIGUSR2');
  assert.equal(await gateway.ended(), 1);
  assert.ok(performance.now() - started < 6000);
  client.destroy();
});
