import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { caseRequest } from '../../../src/cases/case-request.ts';
import { recall } from '../../../src/cases/decision-world.ts';
import { loadCases } from '../../../src/cases/load.ts';
import { createReplayer, recordedEnding } from '../../../src/cases/replay.ts';
import { ReplayCount } from '../../../src/cases/replay-report.ts';
import { prepareRehearsal } from '../../../src/cases/run.ts';
import { lookAt } from '../../../src/cli/look.ts';
import type { Decision } from '../../../src/core/decision.ts';
import { noLog, noMeters } from '../../../src/core/silence.ts';
import { operations } from '../../../src/operations/index.ts';
import { keepDecision } from '../../../src/pipeline/decision.ts';
import type { RequestExchange } from '../../../src/pipeline/exchange.ts';
import { rehearse } from '../../../src/pipeline/rehearse.ts';
import { stages } from '../../../src/stages/index.ts';
import { root } from '../../support/source-files.ts';

const catalogue = { stages, operations, meters: noMeters };

/** A decision for each case of a policy folder, as the gateway would have recorded it. */
const recorded = async (folder: string) => {
  const loaded = await lookAt(join(root, folder));
  assert.ok(loaded.ok);
  const { policy } = loaded.snapshot;
  const rehearsal = prepareRehearsal(policy, catalogue);
  const { ports } = rehearsal.world;
  const decisions: { name: string; decision: Decision }[] = [];
  for (const [index, one] of loadCases(loaded.content.cases).cases.entries()) {
    rehearsal.world.world = one.world;
    let exchange: RequestExchange | undefined;
    const watch = (x: RequestExchange) => {
      exchange = x;
    };
    const request = caseRequest(one.request, one.world);
    const judged = await rehearse(rehearsal.snapshot, request, {
      lookups: ports,
      clock: ports.clock,
      log: noLog,
      watch,
    });
    const kept = keepDecision({
      decisionId: `decision-${index}`,
      requestId: request.requestId,
      // An hour apart, so that no limit of the policy is reached that the case did not reach.
      at: one.world.now + index * 3_600_000,
      method: request.method,
      path: judged.path,
      clientAddress: '192.0.2.1',
      status: judged.fault?.status ?? judged.answer?.status ?? 200,
      ending: judged.outcome === 'pass' ? 'forwarded' : judged.outcome === 'deny' ? 'refused' : 'relayed',
      fault: judged.fault?.code,
      seconds: 0,
      revision: policy.revision,
      route: judged.route?.id ?? '',
      exchange,
    });
    decisions.push({ name: one.name, decision: JSON.parse(JSON.stringify(kept.masked())) });
  }
  return { policy, decisions };
};

/** What a record does not hold, by design: addresses, and so limits that another request had used up; queries. */
const notRecorded =
  /rate-limit\/|limits\/limits-unavailable|gateway\/|metadata-schema\/invalid|metadata-quota\/too-many/;

for (const folder of ['policies', 'policies/examples/rackspace']) {
  describe(`decisions by ${folder}, replayed by the same policy`, () => {
    test('end as they ended then', async () => {
      const { policy, decisions } = await recorded(folder);
      const replay = createReplayer(policy, catalogue);
      let told = 0;
      for (const { name, decision } of decisions) {
        const before = recordedEnding(decision);
        const after = await replay(decision);
        if (after === undefined || notRecorded.test(before.fault ?? '')) continue;
        told += 1;
        // What the cloud said to a look-up is known by its status, not by a name.
        const plain = before.outcome === 'relay' ? { ...before, fault: undefined } : before;
        assert.deepEqual(after, plain, name);
      }
      assert.ok(told > decisions.length / 2, `${told} of ${decisions.length}`);
    });
  });
}

test('a record that does not hold enough is not guessed at', async () => {
  const { decisions } = await recorded('policies');
  const [first] = decisions.filter(({ decision }) => decision.body !== undefined);
  assert.ok(first !== undefined);
  const { body: _body, ...without } = first.decision;
  assert.equal(recall(without as Decision), undefined);
});

test('counts are the same whatever was counted before, and lists begin with the largest', () => {
  const decision = (project: string) =>
    ({ id: 'a', time: '', method: 'GET', path: '/', project }) as Decision;
  const count = new ReplayCount();
  const passed = { outcome: 'pass', fault: undefined, route: 'a' } as const;
  const denied = { outcome: 'deny', fault: 'authorize/missing-role', route: 'a' } as const;
  for (const project of ['p2', 'p1', 'p2', 'p3', 'p3', 'p3', 'p4', 'p4', 'p4'])
    count.add(decision(project), passed, denied);
  count.add(decision('p1'), denied, passed);
  count.add(decision('p1'), denied, undefined);
  count.add(decision('p1'), denied, denied);
  const report = count.report();
  assert.deepEqual(
    { ...report, kinds: undefined },
    { decisions: 12, changed: 10, unknown: 1, unread: 0, kinds: undefined },
  );
  assert.deepEqual(Object.entries(report.kinds['newly denied'].byProject), [
    ['p3', 3],
    ['p4', 3],
    ['p2', 2],
    ['p1', 1],
  ]);
  assert.equal(report.kinds['newly denied'].examples.length, 5);
  assert.deepEqual({ ...report.kinds['newly allowed'].byFault }, { 'authorize/missing-role': 1 });
});
