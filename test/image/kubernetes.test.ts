/** The kustomizations, as kubectl renders them: called by main.ts, since no Debian has a kubectl that is new enough. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { type Manifest, manifestComplaints } from '../support/manifests.ts';
import { markdownFile, printedFiles } from '../support/markdown.ts';
import { writeInto } from '../support/policy-folder.ts';
import { root } from '../support/source-files.ts';

const run = promisify(execFile);

const rendered = async (folder: string): Promise<readonly Manifest[]> => {
  const { stdout } = await run('kubectl', ['kustomize', folder], { maxBuffer: 2 ** 24 });
  return parseAllDocuments(stdout).map((document) => document.toJS());
};

test('what is shipped is rendered, and valid', async () => {
  const manifests = await rendered(join(root, 'deploy/kubernetes'));
  assert.equal(manifests.length, 8);
  assert.equal(await manifestComplaints(manifests), '');
});

test("the guide's folder with TLS and the Prometheus operator is rendered, and valid", async () => {
  const folder = await mkdtemp(join(root, 'deploy/test-artefacts-'));
  const mine = 'deploy/mine/';
  try {
    const files = Object.entries(printedFiles(markdownFile('docs/operations.md')));
    const own = files.filter(([name]) => name.startsWith(mine));
    await writeInto(folder, Object.fromEntries(own.map(([name, text]) => [name.slice(mine.length), text])));
    const manifests = await rendered(folder);
    assert.equal(await manifestComplaints(manifests), '');
    const text = JSON.stringify(manifests);
    for (const part of [
      '/etc/images-gateway-tls/tls.crt',
      'images-gateway:0.1.0',
      'ServiceMonitor',
      'nova.example',
    ])
      assert.ok(text.includes(part), part);
    const service = manifests.find(({ kind }) => kind === 'Service') as { spec?: { ports: object[] } };
    assert.deepEqual(service.spec?.ports, [
      { name: 'https', port: 443, targetPort: 'http', appProtocol: 'https' },
      { name: 'admin', port: 9901, targetPort: 'admin' },
    ]);
    const spaces = manifests.map(
      (manifest) => (manifest as { metadata?: { namespace?: string } }).metadata?.namespace,
    );
    assert.deepEqual([...new Set(spaces)], ['images-gateway']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
