/** The files in deploy/ against the programs that read them, and against what they name. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { requireCommands } from '../support/apt.ts';
import { deploy } from '../support/prometheus.ts';

const run = promisify(execFile);
const root = join(deploy, '..');
const text = (file: string): string => readFileSync(join(deploy, file), 'utf8');
const environment = {
  IMAGES_GATEWAY_PASSWORD: 'a',
  IMAGES_GATEWAY_ADMIN_TOKEN: 'a-long-random-text',
  REDIS_URL: 'redis://redis:6379',
};

test('systemd finds nothing to say against the unit, and calls it well hardened', async () => {
  requireCommands(['systemd-analyze'], 'systemd');
  const unit = join(deploy, 'systemd/images-gateway.service');
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-unit-'));
  try {
    // The program is looked for at its place, which is another one where this runs.
    const here = join(folder, 'images-gateway.service');
    await writeFile(here, readFileSync(unit, 'utf8').replaceAll('/usr/bin/node', process.execPath));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', here]);
    assert.equal(stdout + stderr, '');
    const security = await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', here]);
    assert.match(security.stdout, /Overall exposure level .*: [01]\.\d OK/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('HAProxy and nginx take the examples', async () => {
  requireCommands(['haproxy'], 'haproxy');
  requireCommands(['/usr/sbin/nginx'], 'nginx-light');
  await run('haproxy', ['-c', '-f', join(deploy, 'front/haproxy.cfg')]);
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-nginx-'));
  try {
    await cp(join(root, 'test/support/tls'), join(folder, 'tls'), { recursive: true });
    const file = join(folder, 'nginx.conf');
    await writeFile(file, text('front/nginx.conf').replaceAll('/etc/nginx', folder));
    const pid = `pid ${folder}/nginx.pid; error_log stderr;`;
    await run('/usr/sbin/nginx', ['-t', '-c', file, '-p', folder, '-g', pid]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the settings for containers and pods load', async () => {
  for (const file of ['gateway/gateway.yaml', 'kubernetes/gateway.yaml']) {
    const loaded = await loadConfig(join(deploy, file), environment);
    const problems = loaded.ok ? [] : loaded.problems.map(({ message }) => message);
    // The policies are mounted where the container is, not here.
    assert.deepEqual(
      problems.filter((message) => !message.includes('policies')),
      [],
      file,
    );
  }
});

test('what the compose file mounts is there', () => {
  const { services } = parse(text('compose.yaml'));
  for (const { volumes = [] } of Object.values<{ volumes?: string[] }>(services)) {
    for (const volume of volumes) readdirSync(join(deploy, volume.split(':')[0] ?? '', '..'));
  }
});

test('Prometheus is handed the token that the admin listener of the gateway asks for', () => {
  const { services, secrets } = parse(text('compose.yaml'));
  const settings = parse(text('gateway/gateway.yaml'));
  const [job] = parse(text('prometheus/prometheus.yml')).scrape_configs;
  const [name] = services.prometheus.secrets;
  assert.equal(job.authorization.credentials_file, `/run/secrets/${name}`);
  assert.equal(`env:${secrets[name].environment}`, settings.admin.token);
  assert.deepEqual(job.static_configs, [{ targets: [`gateway:${settings.admin.port}`] }]);
});

test('every alert has its entry in the runbook, and every entry its alert', () => {
  const alerts = [...text('prometheus/alerts.rules.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const guide = readFileSync(join(root, 'docs/operations.md'), 'utf8').split('## Runbook')[1] ?? '';
  assert.deepEqual(
    [...guide.matchAll(/^### (\w+)$/gm)].map(([, name]) => name),
    alerts,
  );
});
