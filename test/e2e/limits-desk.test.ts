/** What operators see of limits, and what they can do about them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Secret } from '../../src/core/secret.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway, type TestGateway } from '../support/gateway.ts';

const { tokens, images, projects } = seedIds;
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const allowance = 20;

const write = async ({ url }: TestGateway): Promise<number> => {
  const body = { metadata: { label: 'x' } };
  return (await call('POST', `${url}/v2/images/${images.ubuntu}/metadata`, tokens.demo, body)).status;
};

interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const limitsCommand = (
  { adminUrl }: TestGateway,
  args: readonly string[],
  token?: string,
): Promise<Printed> => {
  const { promise, resolve } = Promise.withResolvers<Printed>();
  const env = { ...process.env, ...(token !== undefined && { IMAGES_GATEWAY_ADMIN_TOKEN: token }) };
  execFile(process.execPath, [main, 'limits', ...args, '--admin', adminUrl], { env }, (error, out, err) =>
    resolve({ code: error === null ? 0 : Number(error.code), out, err }),
  );
  return promise;
};

test('an operator sees who presses on which limit, what is left, and gives a project its allowance again', async (t) => {
  const gateway = await startTestGateway(t);
  for (let turn = 0; turn < allowance + 3; turn += 1) await write(gateway);
  const overview = await limitsCommand(gateway, ['show']);
  assert.match(overview.out, /^image-metadata-writes +project +20 per minute +all +enforce$/m);
  assert.match(
    overview.out,
    new RegExp(`^project:${projects.demo} +image-metadata-writes +20 of 20 +3 +\\d+ s$`, 'm'),
  );
  const left = await limitsCommand(gateway, ['show', projects.demo]);
  assert.match(left.out, /^image-metadata-writes +- +20 per minute +0 +\d+ s +enforce$/m);
  assert.match(left.out, /^project-writes +- +200 per minute +180 +/m);
  const reset = await limitsCommand(gateway, ['reset', projects.demo, '--limit', 'image-metadata-writes']);
  assert.deepEqual(reset, { code: 0, out: 'Forgotten: 1 counter.\n', err: '' });
  assert.equal(await write(gateway), 200);
  const audit = gateway.lines.find((line) => line['event'] === 'limits-reset');
  assert.deepEqual(audit?.['images_gateway'], {
    party: `project:${projects.demo}`,
    limit: 'image-metadata-writes',
    forgotten: 1,
  });
});

test('without the admin token nothing is told, and the command says what to do', async (t) => {
  const gateway = await startTestGateway(t, {
    config: { admin: { host: '127.0.0.1', port: 0, token: new Secret('right') } },
  });
  const refused = await limitsCommand(gateway, ['show'], 'wrong');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /admin token/);
  assert.equal((await limitsCommand(gateway, ['show'], 'right')).code, 0);
});

test('a party that is none, and a gateway that is not there, are told in a sentence', async (t) => {
  const gateway = await startTestGateway(t);
  const odd = await call('GET', `${gateway.adminUrl}/limits?party=abc`);
  assert.equal(odd.status, 400);
  assert.match(JSON.stringify(odd.body), /party=project:ID/);
  await gateway.stop(true);
  const gone = await limitsCommand(gateway, ['show']);
  assert.equal(gone.code, 1);
  assert.match(gone.err, /^No gateway answers at http:\/\/127\.0\.0\.1:\d+\./);
});

test('a page in a browser cannot reset limits', async (t) => {
  const { adminUrl } = await startTestGateway(t);
  const answer = await call('POST', `${adminUrl}/limits/reset?party=*`, undefined, undefined, {
    origin: 'http://example.com',
  });
  assert.equal(answer.status, 403);
});
