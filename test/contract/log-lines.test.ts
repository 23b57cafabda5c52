/** docs/logs.md against the lines of a running gateway, both ways. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { requireCommands } from '../support/apt.ts';
import { tableRows } from '../support/docs/blocks.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { fences, markdownFile } from '../support/markdown.ts';
import { editedPolicies } from '../support/open-policies.ts';
import { root } from '../support/source-files.ts';
import { until } from '../support/until.ts';

type Line = Readonly<Record<string, unknown>>;

const text = markdownFile('docs/logs.md');
const section = (title: string): string => text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const quoted = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
const rows = (title: string) => tableRows(section(title)).slice(1);

const frame = rows('Every line').flatMap(([name]) => quoted(name));
const access = rows('Access').flatMap(([name]) => quoted(name));
const decision = rows('Decision').flatMap(([name]) => quoted(name));
const audits = new Map(rows('Audit').map(([event, , members]) => [quoted(event)[0] ?? '', quoted(members)]));
const refusal = audits.get('guarded-change-refused') ?? [];
audits.set('guarded-change-passed', [...refusal, ...(audits.get('guarded-change-passed') ?? [])]);
audits.set('resize-began-during-change', refusal);

/** Names of the members of a line, those of ours with their prefix. */
const members = ({ images_gateway: ours = {}, ...rest }: Line): string[] => [
  ...Object.keys(rest),
  ...Object.keys(ours as object).map((name) => `images_gateway.${name}`),
];

/** Lines of a gateway that passed, refused, flagged, asked in vain, and was administered. */
const linesOf = async (t: TestContext): Promise<readonly Line[]> => {
  const policies = await editedPolicies(t, (policy) =>
    policy.replaceAll('roles: [member, admin]', 'roles: [member, admin], crossingRoles: [admin]'),
  );
  const gateway = await startTestGateway(t, {
    config: {
      policies: { dir: policies },
      log: { level: 'info', access: true, decisions: true, sample: 1 },
    },
  });
  const { tokens, images, servers, projects } = seedIds;
  const metadata = (id: string) => `${gateway.url}/v2/images/${id}/metadata`;
  const disk = { metadata: { auto_disk_config: 'FALSE' } };
  await call('GET', metadata(images.ubuntu), tokens.demo);
  await call('POST', metadata(images.ubuntu), tokens.demo, disk);
  await call('POST', metadata(images.resizing), tokens.demo, disk);
  const crossing = `${gateway.url}/v2/${projects.demo}/images/${images.ubuntu}/metadata`;
  await call('POST', crossing, tokens.admin, { metadata: { label: 'x' } });
  const resize = { resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'MANUAL' } };
  await call('POST', `${gateway.url}/v2/servers/${servers.web}/action`, tokens.demo, resize);
  for (const order of ['reload', `limits/reset?party=project:${projects.demo}&limit=x`])
    await call('POST', `${gateway.adminUrl}/${order}`);
  for (const what of [`hash=${'a'.repeat(64)}`, 'user=u', 'project=p'])
    await call('POST', `${gateway.adminUrl}/tokens/revoke?${what}`);
  await until(() => gateway.lines.filter(({ event }) => event === 'admin-write').length === 5, 'all lines');
  return gateway.lines;
};

const compare = (lines: readonly Line[], documented: readonly string[], rare: readonly string[]): void => {
  assert.ok(lines.length > 0);
  const seen = new Set(lines.flatMap(members));
  const known = [...frame, ...documented];
  assert.deepEqual([...seen].filter((name) => name !== 'event' && !known.includes(name)).sort(), []);
  const missing = documented.filter((name) => !seen.has(name) && !rare.includes(name));
  assert.deepEqual(missing, []);
};

test('access, decision and audit lines have the members that are documented, and no others', async (t) => {
  const lines = await linesOf(t);
  const ofKind = (kind: string) => lines.filter((line) => line['kind'] === kind);
  compare(ofKind('access'), access, ['images_gateway.sample']);
  compare(ofKind('decision'), decision, ['images_gateway.sample']);
  const events = new Set(ofKind('audit').map(({ event }) => String(event)));
  // It needs a resize behind the gateway's back; test/e2e/effective-change.test.ts has one.
  assert.deepEqual(
    [...audits.keys()].filter((event) => !events.has(event)),
    ['resize-began-during-change'],
  );
  // `shared` is told where there is a Redis.
  for (const event of events)
    compare(
      ofKind('audit').filter((line) => line['event'] === event),
      audits.get(event) ?? [],
      ['images_gateway.shared'],
    );
  for (const line of lines) {
    assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(String(line['level']), /^(debug|info|warn|error)$/);
    assert.equal(line['service.name'], 'images-gateway');
  }
});

test('every audit event of the sources is documented', () => {
  const named = ['src/stages/guard-audit.ts', 'src/stages/authorize.ts', 'src/http/admin-guard.ts']
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .flatMap((source) =>
      [...source.matchAll(/(?:audit\.record\(|event: )'([a-z-]+)'/g)].map(([, name = '']) => name),
    );
  assert.ok(named.length >= 5);
  for (const name of named) assert.ok(audits.has(name), name);
});

test('the jq programs of the document read the lines', async (t) => {
  requireCommands(['jq'], 'jq');
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-logs-'));
  t.after(() => rm(folder, { recursive: true }));
  const lines = await linesOf(t);
  await writeFile(join(folder, 'gateway.log'), lines.map((line) => JSON.stringify(line)).join('\n'));
  const [program = ''] = fences(text)
    .filter(({ language }) => language === 'bash')
    .map((fence) => fence.text);
  const { stdout } = await promisify(execFile)('bash', ['-ec', program], { cwd: folder });
  assert.match(stdout, /\tdisk-config-guard\/resizing$/m);
  assert.match(stdout, /"image-metadata-write": 3/);
});
