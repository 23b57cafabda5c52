/** deploy/prometheus and deploy/grafana against Prometheus's own checker, the documents and each other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dashboard } from '../support/dashboard.ts';
import { declaredMetrics } from '../support/docs/metrics.ts';
import { startTestGateway } from '../support/gateway.ts';
import { deploy, promtool } from '../support/prometheus.ts';
import { sourceFiles } from '../support/source-files.ts';

const file = (name: string): string => readFileSync(join(deploy, 'prometheus', name), 'utf8');
const alerts = file('alerts.rules.yml');
const recorded = new Set(
  [...file('recording.rules.yml').matchAll(/record: (\S+)/g)].map(([, name = '']) => name),
);
const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

test('promtool finds nothing to say against what the gateway exports', async (t) => {
  const { adminUrl } = await startTestGateway(t);
  const scrape = await (await fetch(`${adminUrl}/metrics`)).text();
  assert.equal(await promtool(['check', 'metrics'], scrape), '');
});

test('the rules and the settings of Prometheus are valid', async () => {
  await promtool(['check', 'rules', '--lint=all', '--lint-fatal', 'recording.rules.yml', 'alerts.rules.yml']);
  await promtool(['check', 'config', 'local.yml']);
  // The file with the token is where compose puts it, not here.
  await promtool(['check', 'config', '--syntax-only', 'prometheus.yml']);
});

test('every alert fires when it should, and none while all is well', async () => {
  const files = ['alerts.test.yml', 'alerts-of-days.test.yml'];
  await promtool(['test', 'rules', ...files]);
  const tests = files.map(file).join('\n');
  for (const name of names) {
    const rows = tests.split('\n').filter((line) => new RegExp(`alertname: ${name}\\b`).test(line));
    assert.equal(rows.length, 2, `${name} is tested twice: firing, and quiet`);
  }
});

test('every alert is made to fire by its cause, against a real gateway, in a test', () => {
  const waited = sourceFiles('test/e2e').flatMap(({ text }) =>
    [...text.matchAll(/await fires\(prometheus, '(\w+)'/g)].map(([, name]) => `ImagesGateway${name}`),
  );
  assert.deepEqual([...new Set(waited)].sort(), [...names].sort());
});

test('every recording rule computes what its tests say, and has one', async () => {
  await promtool(['test', 'rules', 'recording.test.yml']);
  const tests = file('recording.test.yml');
  for (const name of recorded) assert.match(tests, new RegExp(`expr: .*${name}\\b`), name);
});

test('rules and dashboard ask only for metrics that are there', () => {
  const known = new Set(declaredMetrics().map(({ name }) => name));
  const asked = `${alerts}${file('recording.rules.yml')}${JSON.stringify(dashboard)}`;
  for (const [name] of asked.matchAll(/images_gateway[a-z0-9_:]*[a-z0-9]/g)) {
    if (name === 'images_gateway' || recorded.has(name)) continue;
    assert.ok(known.has(name.replace(/_bucket$/, '')), name);
  }
});

test('panels have ids of their own, a data source that can be chosen, and do not overlap', () => {
  const { panels } = dashboard;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const { title, type, datasource } of panels)
    if (type !== 'row') assert.equal(datasource?.uid, `\${datasource}`, title);
  for (const { title, gridPos: a } of panels) {
    assert.ok(a.x + a.w <= 24, title);
    for (const { title: other, gridPos: b } of panels) {
      if (title === other) continue;
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      assert.ok(apart, `${title} and ${other}`);
    }
  }
});
