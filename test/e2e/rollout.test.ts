/** A second revision beside the current one: who gets it, what is seen of it, and how it ends. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { writeBundle } from '../../src/policy/bundle.ts';
import { readPolicyFolder } from '../../src/policy/folder.ts';
import { call } from '../support/gateway.ts';
import { writeInto } from '../support/policy-folder.ts';
import { lettered, rolloutFolder, startRollout } from '../support/rollout.ts';
import { until } from '../support/until.ts';

/** Which revision each decision line names. */
const revisionsIn = (lines: readonly Record<string, unknown>[]): readonly unknown[] =>
  lines
    .filter((line) => line['kind'] === 'decision')
    .map((line) => (line['images_gateway'] as { revision: string }).revision);

const stageForOther = '/rollout?from=next&project=e0000000000000000000000000000001';

test('named projects get the candidate, all others the current revision, and both are seen', async (t) => {
  const { admin, judge, cloud, status, metrics, lines } = await startRollout(t, await rolloutFolder(t));
  const { tokens, projects } = cloud.seed;
  const before = await status();
  assert.equal(before.rollout, undefined);
  const staged = await admin('POST', stageForOther);
  assert.equal(staged.status, 200, staged.message);
  assert.equal(await judge(tokens.demo), 'A');
  assert.equal(await judge(tokens.other), 'B');
  assert.equal(await judge(tokens.other), 'B');
  const now = await status();
  assert.equal(now.revision, before.revision);
  assert.deepEqual(now.rollout?.projects, [projects.other]);
  const { current, candidate } = now.requests ?? {};
  assert.deepEqual([current?.requests, current?.refused], [1, 1]);
  assert.deepEqual([candidate?.requests, candidate?.refused], [2, 2]);
  const text = await metrics();
  for (const line of [
    `images_gateway_policy_info{revision="${now.revision}",role="current"} 1`,
    `images_gateway_policy_info{revision="${now.rollout?.revision}",role="candidate"} 1`,
    'images_gateway_rollout_requests_total{role="candidate",outcome="deny",status_class="4xx"} 2',
    'images_gateway_rollout_refusals_total{role="current",stage="metadata-schema",fault="invalid"} 1',
    'images_gateway_rollout_request_duration_seconds_count{role="candidate"} 2',
  ])
    assert.ok(text.split('\n').includes(line), line);
  const revisions = revisionsIn(lines);
  assert.deepEqual(revisions, [now.revision, now.rollout?.revision, now.rollout?.revision]);
  const audit = lines.find((line) => line['event'] === 'rollout-staged');
  const told = audit?.['images_gateway'] as { from: string; candidate: string };
  assert.deepEqual([told.from, told.candidate], ['next', now.rollout?.revision]);
});

test('a candidate that is staged again is counted anew', async (t) => {
  const { admin, judge, status } = await startRollout(t, await rolloutFolder(t));
  await admin('POST', '/rollout?from=next&percent=100');
  await judge();
  await admin('POST', '/rollout/take-back');
  await admin('POST', '/rollout?from=next&percent=100');
  assert.equal((await status()).requests?.candidate.requests, 0);
});

test('who has no valid token, or takes a route that asks nobody, gets the current revision', async (t) => {
  const { admin, refusal, url, lines, status, cloud } = await startRollout(t, await rolloutFolder(t));
  await admin('POST', '/rollout?from=next&percent=100');
  assert.equal((await refusal('f'.repeat(32))).status, 401);
  assert.equal((await call('POST', `${url}/v2/images/${cloud.seed.images.ubuntu}/metadata`)).status, 401);
  assert.notEqual((await call('GET', `${url}/v2/images`, cloud.seed.tokens.demo)).status, 404);
  const { revision } = await status();
  assert.deepEqual(revisionsIn(lines), [revision, revision, revision]);
});

test('one request asks the identity service once, and a bad token counts once against its sender', async (t) => {
  const base = await rolloutFolder(t);
  const { admin, refusal, metrics, cloud } = await startRollout(t, base, {});
  await admin('POST', '/rollout?from=next&percent=100');
  for (let turn = 0; turn < 5; turn += 1) await refusal(`bad${turn}`.padEnd(32, '0'));
  assert.equal((await refusal(cloud.seed.tokens.failing)).status, 503);
  const text = await metrics();
  assert.match(text, /^images_gateway_identity_cache_total\{[^}]*result="miss"[^}]*\} 6$/m);
});

test('a promoted candidate serves all, outlasts a restart and a reload, until the folder says something new', async (t) => {
  const base = await rolloutFolder(t);
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const first = await startRollout(t, base, { cloud });
  await first.admin('POST', '/rollout?from=next&percent=0');
  const { rollout } = await first.status();
  assert.equal((await first.admin('POST', '/rollout/promote?revision=0000000000000000')).status, 409);
  assert.equal((await first.admin('POST', `/rollout/promote?revision=${rollout?.revision}`)).status, 200);
  assert.equal(await first.judge(), 'B');
  assert.ok((await first.reload()).ok);
  assert.equal(await first.judge(), 'B');
  assert.ok(first.lines.some(({ message }) => /the promoted revision serves on/.test(String(message))));
  await first.stop(true);

  const second = await startRollout(t, base, { cloud }, true);
  assert.equal(await second.judge(), 'B');
  const status = await second.status();
  assert.deepEqual([status.source, status.revision], ['promoted', rollout?.revision]);
  assert.notEqual(status.folderRevision, status.revision);
  await writeInto(join(base, 'policies'), lettered('C'));
  await until(async () => (await second.judge()) === 'C', 'the folder serves again');
  assert.equal((await second.status()).source, 'folder');
});

test('a candidate outlasts a restart, its share grows, and it is taken back', async (t) => {
  const base = await rolloutFolder(t);
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const first = await startRollout(t, base, { cloud });
  await first.admin('POST', stageForOther);
  await first.stop(true);
  const second = await startRollout(t, base, { cloud });
  const { tokens, projects } = cloud.seed;
  assert.deepEqual([await second.judge(tokens.demo), await second.judge(tokens.other)], ['A', 'B']);
  assert.equal((await second.admin('POST', '/rollout/share?percent=100')).status, 200);
  assert.deepEqual((await second.status()).rollout?.projects, [projects.other]);
  assert.equal(await second.judge(tokens.demo), 'B');
  assert.equal((await second.admin('POST', '/rollout/share?percent=0&project=')).status, 200);
  assert.equal(await second.judge(tokens.other), 'A');
  assert.equal((await second.admin('POST', '/rollout/take-back')).status, 200);
  assert.equal((await second.status()).rollout, undefined);
  assert.match(await second.metrics(), /^images_gateway_policy_info\{[^}]*role="candidate"\} 0$/m);
  assert.equal((await second.admin('POST', '/rollout/take-back')).status, 409);
});

test('taking back after a promotion gives the folder its word again', async (t) => {
  const { admin, judge, status } = await startRollout(t, await rolloutFolder(t));
  await admin('POST', '/rollout?from=next&percent=0');
  await admin('POST', '/rollout/promote');
  assert.equal(await judge(), 'B');
  await admin('POST', '/rollout/take-back');
  assert.deepEqual([await judge(), (await status()).source], ['A', 'folder']);
});

test('a folder that catches up with its candidate ends the roll-out', async (t) => {
  const base = await rolloutFolder(t);
  const { admin, reload, status, judge } = await startRollout(t, base);
  await admin('POST', '/rollout?from=next&percent=1');
  await writeInto(join(base, 'policies'), lettered('B'));
  assert.ok((await reload()).ok);
  assert.equal((await status()).rollout, undefined);
  assert.equal(await judge(), 'B');
});

test('a candidate comes from the folder of candidates only, must load, and must pass its own cases', async (t) => {
  const base = await rolloutFolder(t);
  const { admin, judge, status } = await startRollout(t, base);
  const content = await readPolicyFolder(join(base, 'candidates/next'));
  await writeInto(join(base, 'candidates'), {
    'good.bundle': writeBundle(content),
    'cut.bundle': writeBundle(content).slice(0, -20),
    'wrong/a.yaml': 'version: 1\nroute: []\n',
    ...Object.fromEntries(Object.entries(lettered('D')).map(([name, text]) => [`red/${name}`, text])),
    'red/a.cases.yaml': `version: 1
cases:
  - name: nobody may read
    request: { path: /v2/images }
    expect: { verdict: deny }
`,
  });
  const refused: readonly (readonly [string, number, RegExp])[] = [
    ['from=..%2Fpolicies&percent=1', 404, /folder of candidates/],
    ['from=..&percent=1', 404, /folder of candidates/],
    ['from=%2Fetc%2Fpasswd&percent=1', 404, /folder of candidates/],
    ['from=absent&percent=1', 404, /folder of candidates/],
    ['from=cut.bundle&percent=1', 422, /no bundle/],
    ['from=wrong&percent=1', 422, /wrong\/a\.yaml:2:1: .*did you mean "routes"/],
    ['from=red&percent=1', 422, /nobody may read/],
    ['from=next', 400, /percent=5/],
    ['from=next&percent=101', 400, /percent=5/],
    ['percent=5', 400, /from=NAME/],
  ];
  for (const [query, code, sentence] of refused) {
    const answer = await admin('POST', `/rollout?${query}`);
    assert.equal(answer.status, code, query);
    assert.match(String((answer.body as { error: string }).error), sentence, query);
  }
  assert.equal((await status()).rollout, undefined);
  assert.equal((await admin('POST', '/rollout?from=good.bundle&percent=100')).status, 200);
  assert.equal(await judge(), 'B');
});

test('a step that cannot be remembered is not made, but a candidate can always be taken back', async (t) => {
  const base = await rolloutFolder(t);
  const state = join(base, 'absent/rollout.json');
  const dir = join(base, 'candidates');
  const lost = await startRollout(t, base, { config: { rollout: { dir, state } } });
  const staged = await lost.admin('POST', '/rollout?from=next&percent=100');
  assert.equal(staged.status, 500);
  assert.match(
    String((staged.body as { error: string }).error),
    /Nothing was changed.*folder does not exist/,
  );
  assert.equal(await lost.judge(), 'A');
});

test('a damaged memory of a roll-out keeps the gateway from starting, and says what to do', async (t) => {
  const base = await rolloutFolder(t);
  const { admin, stop } = await startRollout(t, base);
  await admin('POST', '/rollout?from=next&percent=10');
  await stop(true);
  const file = join(base, 'state/rollout.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"percent": 10', '"percent": 99'));
  await assert.rejects(startRollout(t, base), ({ problems }: { problems: { message: string }[] }) =>
    /checksum is wrong\. Put a good copy back, or remove the file/.test(problems[0]?.message ?? ''),
  );
});

test('a candidate that does not load any more at a start is taken back, and does not return later', async (t) => {
  const base = await rolloutFolder(t);
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const { upstreams } = demoConfig(cloud, { port: 0, adminPort: 0 });
  const { compute } = upstreams;
  assert.ok(compute);
  const more = '  - id: more\n    match: { path: /more }\n    upstream: extra\n    stages: []\n';
  await writeInto(join(base, 'candidates/next'), lettered('B', more));
  const withExtra = { cloud, config: { upstreams: { ...upstreams, extra: compute } } };
  const first = await startRollout(t, base, withExtra);
  assert.equal((await first.admin('POST', '/rollout?from=next&percent=100')).status, 200);
  await first.stop(true);
  const second = await startRollout(t, base, { cloud });
  assert.equal(await second.judge(), 'A');
  const told = second.lines.find(({ message }) => /the candidate does not load any more/.test(`${message}`));
  assert.match(String(told?.['problems']), /extra/);
  await second.stop(true);
  const third = await startRollout(t, base, withExtra);
  assert.deepEqual([await third.judge(), (await third.status()).rollout], ['A', undefined]);
});

test('where roll-outs are not set up, it is said how to', async (t) => {
  const base = await rolloutFolder(t);
  const { admin } = await startRollout(t, base, { config: { rollout: undefined as never } });
  const answer = await admin('POST', '/rollout?from=next&percent=10');
  assert.equal(answer.status, 409);
  assert.match(String((answer.body as { error: string }).error), /rollout\.dir and rollout\.state/);
});
