/** A candidate over two workers, as operators handle it: by the command line, against a process that runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { inertPorts } from '../../src/compose/inert-ports.ts';
import { composePolicies } from '../../src/compose/policies.ts';
import { PolicyBroadcast } from '../../src/compose/policy-broadcast.ts';
import { startWorker } from '../../src/compose/worker.ts';
import { candidateUnfit } from '../../src/compose/worker-topics.ts';
import { packConfig } from '../../src/config/sent-config.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import type { RunningWorker } from '../../src/workers/worker.ts';
import { command } from '../support/command.ts';
import { call } from '../support/gateway.ts';
import { metadata } from '../support/numbered-revisions.ts';
import { oneConnection } from '../support/one-connection.ts';
import { joinedPeers } from '../support/peers.ts';
import { writeInto } from '../support/policy-folder.ts';
import { lettered, rolloutFolder, rolloutSettings } from '../support/rollout.ts';
import { serve } from '../support/serve.ts';
import { adminJson, metric, replaceOne } from '../support/two-workers.ts';

const { tokens, projects } = seedIds;

test('the command line stages, shares, promotes and takes back at all workers, and at those that start later', async (t) => {
  const base = await rolloutFolder(t);
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { workers: 2, admin: { writes: true }, ...rolloutSettings(base) });
  const rollout = (...args: string[]) => command(['rollout', ...args, '--admin', gateway.adminUrl]);
  /** What each worker says to a member of the one project, and of the other: connections are handed out in turn. */
  const judged = async () => {
    const ways = [oneConnection(t, gateway.url), oneConnection(t, gateway.url)];
    const letters: string[] = [];
    for (const way of ways)
      for (const token of [tokens.demo, tokens.other]) {
        const { text, status } = await way.call('POST', metadata, token, { metadata: { no: 'a' } });
        letters.push(/(\w) does not take/.exec(text)?.[1] ?? `${status}`);
      }
    return letters.join('');
  };

  const nothing = await rollout('show');
  assert.equal(nothing.code, 0);
  assert.match(
    nothing.out,
    /^Current revision: \w{16}, from the policy folder\.\nNo candidate is staged\.\n$/,
  );
  const nobody = await rollout('stage', 'next');
  assert.deepEqual([nobody.code, nobody.out], [2, '']);
  assert.match(nobody.err, /^Say who gets the candidate: --percent 5, --project ID, or both\./);

  const staged = await rollout('stage', 'next', '--project', projects.other);
  assert.deepEqual([staged.code, staged.err], [0, '']);
  assert.match(staged.out, /^Staged\.\n/);
  assert.match(staged.out, new RegExp(`It is for ${projects.other}, and 0 % of all projects\\.`));
  assert.equal(await judged(), 'ABAB');
  const shown = await rollout('show');
  assert.match(shown.out, /^current +2 +2 +0 +0$/m);
  assert.match(shown.out, /^candidate +2 +2 +0 +0$/m);
  assert.equal(await metric(gateway, 'images_gateway_rollout_requests_total'), 4);

  await replaceOne(gateway, 'SIGKILL');
  assert.equal(await judged(), 'ABAB');
  const afterwards = await rollout('show');
  assert.match(afterwards.out, /^current +4 +4 +0 +0$/m);
  assert.match(afterwards.out, /^candidate +4 +4 +0 +0$/m);

  const shared = await rollout('share', '--percent', '100', '--project', '');
  assert.match(shared.out, /It is for 100 % of all projects\./);
  assert.equal(await judged(), 'BBBB');

  const { rollout: candidate } = await adminJson(gateway, '/rollout');
  const wrong = await rollout('promote', '0000000000000000');
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /The candidate is revision \w{16}, not 0000000000000000\. Look at it again\./);
  const promoted = await rollout('promote', candidate.revision);
  assert.match(promoted.out, /^Promoted\. .*\nCurrent revision: \w{16}, from a promoted candidate/);
  assert.equal(await judged(), 'BBBB');
  const back = await rollout('take-back');
  assert.match(back.out, /^Taken back\.\nCurrent revision: \w{16}, from the policy folder\./);
  assert.equal(await judged(), 'AAAA');
  const again = await rollout('take-back');
  assert.deepEqual([again.code, again.out], [1, '']);
  assert.match(again.err, /There is nothing to take back/);
});

test('a worker that cannot use the candidate serves the current revision, and the candidate is taken back', async (t) => {
  const base = await rolloutFolder(t);
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  // Both run the same code on the same settings; here the worker has one upstream less, so that they differ.
  const settings = { ...demoConfig(cloud, { port: 0, adminPort: 0 }), ...rolloutSettings(base) };
  const { compute } = settings.upstreams;
  assert.ok(compute);
  const config = { ...settings, upstreams: { ...settings.upstreams, extra: compute } };
  const more = '  - id: more\n    match: { path: /more }\n    upstream: extra\n    stages: []\n';
  await writeInto(base, { 'candidates/next/a.yaml': lettered('B', more)['a.yaml'] ?? '' });

  const lines: Record<string, unknown>[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const clock = { now: Date.now };
  const broadcast = new PolicyBroadcast(log);
  const outside = { clock, meters: new Metrics(), log };
  const policies = await composePolicies(config, { ...inertPorts, clock }, outside, broadcast);
  t.after(() => policies.close());
  const staged = await policies.rollout.stage('next', { projects: [], percent: 100 });
  assert.equal(staged.ok, true);

  const { worker, primary } = joinedPeers();
  primary.answer(candidateUnfit, async ({ revision, problems }) => {
    await policies.dropCandidate(revision, problems);
    return true;
  });
  const sent = await broadcast.join({
    peer: primary,
    pid: 1,
    kill: () => assert.fail('it was ended'),
  } as unknown as RunningWorker);
  assert.ok(sent.candidate);
  const setup = { config: packConfig(settings), workers: 1, policies: sent, revocations: [] };
  const serving = await startWorker(worker, { ...setup, level: 'info' }, log);
  t.after(() => serving.stop(0));
  assert.equal(policies.status().rollout, undefined);
  const answer = await call('POST', serving.url + metadata, tokens.demo, { metadata: { no: 'a' } });
  assert.match(answer.message, /A does not take/);
  const told = lines.find(({ message }) => message === 'a worker cannot use the candidate; it is taken back');
  assert.equal(told?.['level'], 'error');
  assert.match(String(told?.['problems']), /a\.yaml:\d+:\d+: .*extra/);
});
