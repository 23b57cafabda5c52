import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFolder } from '../support/policy-folder.ts';
import { statuses } from '../support/raw-client.ts';
import { authority, filed, get, handshake, own, pem, shownTo, startTls } from '../support/tls-edge.ts';
import { until } from '../support/until.ts';

test('a renewed certificate is shown to new connections, and those that stand go on', async (t) => {
  const folder = await writeFolder(t, { 'tls.crt': own.cert, 'tls.key': own.key });
  const { port, gauge } = await startTls(t, filed(own, folder));
  const standing = await handshake(port);
  assert.ok(typeof standing !== 'string');
  const renewed = authority.issue('renewed');
  // As certbot does: one file after the other, each renamed into its place.
  for (const [name, text] of [
    ['tls.crt', renewed.cert],
    ['tls.key', renewed.key],
  ] as const) {
    await writeFile(join(folder, `.${name}`), text);
    await rename(join(folder, `.${name}`), join(folder, name));
  }
  await until(async () => (await shownTo(port)) === 'renewed', 'the new one is shown');
  await until(() => gauge('last_reload_successful') === 1, 'the gauge tells of success');
  let answer = '';
  standing.setEncoding('latin1').on('data', (text) => {
    answer += text;
  });
  standing.write(get);
  await once(standing, 'close');
  assert.deepEqual(statuses(answer), [200]);
});

test('a certificate behind the links of Kubernetes is renewed when they are swapped', async (t) => {
  const folder = await writeFolder(t, { '..1/tls.crt': own.cert, '..1/tls.key': own.key });
  await symlink('..1', join(folder, '..data'));
  for (const name of ['tls.crt', 'tls.key']) await symlink(`..data/${name}`, join(folder, name));
  const { port, log } = await startTls(t, filed(own, folder));
  const renewed = authority.issue('renewed');
  await mkdir(join(folder, '..2'));
  await writeFile(join(folder, '..2/tls.crt'), renewed.cert);
  await writeFile(join(folder, '..2/tls.key'), renewed.key);
  await symlink('..2', join(folder, '..tmp'));
  await rename(join(folder, '..tmp'), join(folder, '..data'));
  await until(async () => (await shownTo(port)) === 'renewed', 'the new one is shown');
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['certificate renewed'],
  );
});

test('a pair that is broken leaves the one before in use, and says so', async (t) => {
  let now = Date.now();
  const folder = await writeFolder(t, { 'tls.crt': own.cert, 'tls.key': own.key });
  const { port, gauge, log, renew } = await startTls(t, filed(own, folder), { now: () => now });
  const expiry = gauge('certificate_expiry_timestamp_seconds');
  assert.ok(expiry > Date.now() / 1000 + 86_400);
  const other = authority.issue('other');
  const rows = [
    [other.cert, own.key, /"key" does not belong to the certificate/],
    ['garbage', own.key, /"cert" must be a certificate in PEM/],
    [own.cert, 'garbage', /"key" must be a private key/],
    ['', own.key, /is empty/],
  ] as const;
  for (const [cert, key, why] of rows) {
    await writeFile(join(folder, 'tls.crt'), cert);
    await writeFile(join(folder, 'tls.key'), key);
    await renew();
    assert.equal(gauge('last_reload_successful'), 0);
    assert.match(log.lines.at(-1)?.message ?? '', why);
    assert.equal(await shownTo(port), 'default');
    assert.equal(gauge('certificate_expiry_timestamp_seconds'), expiry);
  }
  await writeFile(join(folder, 'tls.crt'), own.cert);
  await writeFile(join(folder, 'tls.key'), own.key);
  await renew();
  assert.equal(gauge('last_reload_successful'), 1);
  now += 3 * 86_400_000;
  await writeFile(join(folder, 'tls.crt'), other.cert);
  await writeFile(join(folder, 'tls.key'), other.key);
  await renew();
  assert.match(log.lines.at(-1)?.message ?? '', /it has expired on 20/);
  assert.equal(await shownTo(port), 'default');
});

test('a certificate that has expired before the start is shown, with a warning', async (t) => {
  const { port, log } = await startTls(t, pem(own), { now: () => Date.now() + 3 * 86_400_000 });
  assert.equal(await shownTo(port), 'default');
  assert.deepEqual(
    log.lines.map(({ level, message }) => [level, message]),
    [['warn', 'the certificate has expired']],
  );
});
