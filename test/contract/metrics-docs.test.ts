/** docs/metrics.md against what a running gateway exports, both ways. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { tableRows } from '../support/docs/blocks.ts';
import { declaredMetrics } from '../support/docs/metrics.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { markdownFile } from '../support/markdown.ts';
import { sourceFiles } from '../support/source-files.ts';

const text = markdownFile('docs/metrics.md');
const section = (title: string): string => text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const unquoted = (cell = ''): string => cell.replaceAll('`', '');

const documented = tableRows(section('What the gateway counts')).map(([name, type, labels]) => ({
  name: unquoted(name),
  type: type ?? '',
  labels: unquoted(labels).split(', ').filter(Boolean),
}));

interface Exported {
  readonly type: string;
  /** Names of the labels that its samples have. */
  readonly labels: Set<string>;
}

const familiesOf = (scrape: string): ReadonlyMap<string, Exported> => {
  const families = new Map<string, Exported>();
  for (const line of scrape.split('\n')) {
    const [, name, type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined) families.set(name, { type, labels: new Set() });
    const [, sampled = '', labels = ''] = /^([a-z_]+)\{(.*)\} /.exec(line) ?? [];
    const family = families.get(sampled) ?? families.get(sampled.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g))
      if (label !== 'le') family?.labels.add(label);
  }
  return families;
};

/** What a gateway exports that has answered, refused, asked in vain and been sent nonsense. */
const exported = async (t: TestContext): Promise<ReadonlyMap<string, Exported>> => {
  const gateway = await startTestGateway(t);
  const { tokens, images } = seedIds;
  const metadata = `${gateway.url}/v2/images/${images.ubuntu}/metadata`;
  await call('POST', metadata, tokens.demo, { metadata: { label: 'new' } });
  await call('GET', metadata, tokens.failing);
  await call('GET', `${gateway.url}/v2//images`, tokens.demo);
  await call('PROPFIND', metadata);
  return familiesOf(await (await fetch(`${gateway.adminUrl}/metrics`)).text());
};

test('what the gateway exports is documented, with its type and its labels', async (t) => {
  const own = [...(await exported(t))].filter(([name]) => name.startsWith('images_gateway_'));
  assert.ok(own.length > 15);
  for (const [name, { type, labels }] of own) {
    const row = documented.find((candidate) => candidate.name === name);
    assert.ok(row !== undefined, `${name} is not documented`);
    assert.equal(type, row.type, name);
    if (labels.size > 0) assert.deepEqual([...labels].sort(), [...row.labels].sort(), name);
  }
});

test('what is documented is declared in the sources, and what is declared is documented', () => {
  const declared = declaredMetrics();
  assert.deepEqual(
    documented,
    declared.map(({ name, type, labels }) => ({ name, type, labels })),
  );
  const mentioned = sourceFiles('src').flatMap(
    (file) => file.text.match(/images_gateway_[a-z_]*[a-z]\b/g) ?? [],
  );
  assert.deepEqual([...new Set(mentioned)].sort(), declared.map(({ name }) => name).sort());
});

test("what is not the gateway's own begins with a prefix that is documented", async (t) => {
  const others = [...(await exported(t)).keys()].filter((name) => !name.startsWith('images_gateway_'));
  assert.deepEqual(
    others.filter((name) => !['process_', 'nodejs_'].some((prefix) => name.startsWith(prefix))),
    [],
  );
  for (const prefix of ['process_', 'nodejs_'])
    assert.ok(section('The process').includes(`\`${prefix}\``), prefix);
});

test('every label is explained, and every label that is explained is used', () => {
  const explained = tableRows(section('Labels'))
    .map(([label]) => unquoted(label))
    .filter((label) => label !== 'Label');
  const used = new Set(documented.flatMap(({ labels }) => labels));
  assert.deepEqual([...explained].sort(), [...used].sort());
});

test('every metric that an expression asks for is there', () => {
  const known = new Set(documented.map(({ name }) => name));
  const asked = section('What to watch').match(/images_gateway_[a-z_]+/g) ?? [];
  assert.deepEqual(
    asked.filter((name) => !known.has(name.replace(/_bucket$/, ''))),
    [],
  );
});
