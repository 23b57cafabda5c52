/** deploy/kubernetes and what the guide writes on top of it, against the published API and against each other. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { prometheusRule, prometheusRuleFile } from '../support/docs/prometheus-rule.ts';
import { takenBy } from '../support/kustomize.ts';
import { type Manifest, manifestComplaints } from '../support/manifests.ts';
import { markdownFile, printedFiles } from '../support/markdown.ts';
import { writeInto } from '../support/policy-folder.ts';
import { deploy } from '../support/prometheus.ts';
import { root } from '../support/source-files.ts';

const folder = join(deploy, 'kubernetes');
const written = printedFiles(markdownFile('docs/operations.md'));
const overlay = 'deploy/mine';

test('the manifests have the shape that Kubernetes and the Prometheus operator publish', async () => {
  const base = takenBy(folder);
  const [operator, tls] = [takenBy(join(folder, 'prometheus-operator')), takenBy(join(folder, 'tls'))];
  const manifests = [...base.manifests, ...operator.manifests];
  assert.deepEqual(manifests.map(({ kind }) => kind).sort(), [
    'Deployment',
    'HorizontalPodAutoscaler',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'PrometheusRule',
    'Service',
    'ServiceMonitor',
  ]);
  assert.equal(await manifestComplaints(manifests, tls.patches.map(withoutDirectives)), '');
});

test('a slip in a manifest or in a patch is found', async () => {
  const monitor = takenBy(join(folder, 'prometheus-operator')).manifests[0] as Manifest & { spec: object };
  const [patch] = takenBy(join(folder, 'tls')).patches;
  const wrong = { ...monitor, spec: { ...monitor.spec, endpoints: [{ port: 'admin', interval: '15 s' }] } };
  const found = await manifestComplaints([wrong], [{ ...patch, spek: {} } as never]);
  assert.match(found, /interval must match pattern/);
  assert.match(found, /'"spek"' does not exist/);
});

/** What kustomize takes out of a patch before anybody else sees it. */
const withoutDirectives = (patch: Manifest): Manifest =>
  JSON.parse(JSON.stringify(patch), (_key, value) =>
    Array.isArray(value) ? value.filter((item) => item?.$patch === undefined) : value,
  );

test('kustomize may read all that it is told to, and every file belongs to one of them', () => {
  const taken = ['.', 'prometheus-operator', 'tls'].flatMap((name) => takenBy(join(folder, name)).files);
  const there = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  assert.deepEqual(
    there.filter((file) => !taken.includes(file)),
    [],
  );
});

test('every policy and schema is handed to the pods', () => {
  const { configMaps } = takenBy(folder);
  const policies = readdirSync(join(root, 'policies')).filter((name) => /(?<!\.cases)\.yaml$/.test(name));
  assert.deepEqual(configMaps['images-gateway-policies'], policies);
  const schemas = readdirSync(join(root, 'policies/schemas')).sort();
  assert.deepEqual(configMaps['images-gateway-schemas'], schemas);
  const deployment = readFileSync(join(folder, 'deployment.yaml'), 'utf8');
  for (const schema of schemas) assert.ok(deployment.includes(`path: schemas/${schema}`), schema);
});

test("the operator's rules are those of Prometheus", () => {
  assert.ok(
    readFileSync(prometheusRuleFile, 'utf8') === prometheusRule(),
    'They are out of date: run `npm run docs` and commit what changes.',
  );
});

test('the folder that the guide writes takes in what is there, and its settings name what is mounted', async () => {
  const scratch = await mkdtemp(join(deploy, 'test-artefacts-'));
  try {
    const files = Object.entries(written).filter(([name]) => name.startsWith(overlay));
    await writeInto(
      scratch,
      Object.fromEntries(files.map(([name, text]) => [name.slice(overlay.length + 1), text])),
    );
    const { patches, configMaps } = takenBy(scratch);
    assert.deepEqual(configMaps['images-gateway-config'], ['gateway.yaml']);
    const settings = parse(written[`${overlay}/gateway.yaml`] ?? '');
    const [patch] = patches as unknown as [{ spec: { template: { spec: PodSpec } } }];
    const [{ volumeMounts }] = patch.spec.template.spec.containers;
    assert.deepEqual(settings.listen.tls, {
      cert: `file:${volumeMounts[0]?.mountPath}/tls.crt`,
      key: `file:${volumeMounts[0]?.mountPath}/tls.key`,
    });
    const loaded = await loadConfig(join(scratch, 'gateway.yaml'), {
      IMAGES_GATEWAY_PASSWORD: 'a',
      IMAGES_GATEWAY_ADMIN_TOKEN: 'a-long-random-text',
      REDIS_URL: 'redis://redis:6379',
    });
    const problems = loaded.ok ? [] : loaded.problems.map(({ message }) => message);
    // What is mounted in the pod is not here; there is nothing else to say.
    assert.deepEqual(
      problems.filter((message) => !/images-gateway-tls|policies/.test(message)),
      [],
    );
  } finally {
    await rm(scratch, { recursive: true });
  }
});

interface PodSpec {
  readonly containers: readonly [{ readonly volumeMounts: readonly { readonly mountPath: string }[] }];
}
