/** A listener over TLS that several processes serve: all of them show the certificate that the files hold now. */
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { schema, schemaFile } from '../support/numbered-revisions.ts';
import { writeFolder } from '../support/policy-folder.ts';
import { statuses } from '../support/raw-client.ts';
import { type ServedGateway, serve } from '../support/serve.ts';
import { ask, authority, own, shownTo } from '../support/tls-edge.ts';
import { metric, policy } from '../support/two-workers.ts';
import { until } from '../support/until.ts';

const start = async (t: TestContext) => {
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const [dir, folder] = [
    await writeFolder(t, { 'a.yaml': policy, [schemaFile]: schema(0) }),
    await writeFolder(t, { 'tls.crt': own.cert, 'tls.key': own.key }),
  ];
  const [cert, key] = ['tls.crt', 'tls.key'].map((name) => `file:${join(folder, name)}`);
  const gateway = await serve(t, cloud, {
    workers: 2,
    policies: { dir, watch: false },
    listen: { host: '127.0.0.1', port: 0, tls: { cert, key } },
    log: { access: true, decisions: false },
  });
  return { gateway, folder };
};

/** As certbot does: each file renamed into its place. */
const renew = async (folder: string, { cert, key }: { cert: string; key: string }): Promise<void> => {
  for (const [name, text] of Object.entries({ 'tls.crt': cert, 'tls.key': key })) {
    await writeFile(join(folder, `.${name}`), text);
    await rename(join(folder, `.${name}`), join(folder, name));
  }
};

/** How often a line about the certificate was written, over all processes. */
const told = ({ lines }: ServedGateway, text: string): number =>
  lines.filter(({ message }) => String(message).startsWith(text)).length;

test('two workers speak TLS, and both follow the files of the certificate and SIGHUP', async (t) => {
  const { gateway, folder } = await start(t);
  // It is ready before its lines are written, which gather for up to a second.
  await until(() => gateway.lines.some(({ url }) => url !== undefined), 'it has told where it listens');
  const port = Number(new URL(String(gateway.lines.find(({ url }) => url !== undefined)?.['url'])).port);
  // Connections are handed out in turn: of four, each worker has two.
  const four = <T>(one: () => Promise<T>) => Promise.all([one(), one(), one(), one()]);

  assert.deepEqual(
    (await four(() => ask(port))).flatMap(({ text }) => statuses(text)),
    [401, 401, 401, 401],
  );
  assert.deepEqual(await four(() => shownTo(port)), ['default', 'default', 'default', 'default']);

  await renew(folder, authority.issue('renewed'));
  await until(() => told(gateway, 'certificate renewed') === 2, 'both have read it');
  assert.deepEqual(await four(() => shownTo(port)), ['renewed', 'renewed', 'renewed', 'renewed']);

  await writeFile(join(folder, 'tls.key'), own.key);
  const refused = 'the certificate was not renewed';
  await until(() => told(gateway, refused) === 2, 'both say that the pair does not fit');
  assert.equal(await metric(gateway, 'images_gateway_tls_last_reload_successful'), 0);
  // The files stay as they are: only the signal makes them be read again.
  gateway.process.kill('SIGHUP');
  await until(() => told(gateway, refused) === 4, 'both have read the files again');
  assert.deepEqual(await four(() => shownTo(port)), ['renewed', 'renewed', 'renewed', 'renewed']);
});
