import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCases } from '../../../src/cases/run.ts';
import { checkCases } from '../../../src/compose/check-cases.ts';
import { inertPorts } from '../../../src/compose/inert-ports.ts';
import { loadSnapshot } from '../../../src/compose/load-snapshot.ts';
import { noMeters } from '../../../src/core/silence.ts';
import { printProblem } from '../../../src/files/problem.ts';
import { writeFolder } from '../../support/policy-folder.ts';

const policy = `version: 1
limits:
  - { name: writes, key: project, points: 2, per: minute }
routes:
  - id: flavors
    match: { path: /flavors, methods: [GET] }
    stages: [{ use: authenticate }, { use: rate-limit }]
`;

const green =
  '  - { name: flavors are read, request: { path: /flavors }, expect: { verdict: pass, route: flavors } }\n';

const slips: readonly (readonly [string, RegExp])[] = [
  [
    '  - { name: a, request: { path: /, metod: GET }, expect: {} }\n',
    /:3:\d+: "metod" is not known in "request"; did you mean "method"\?/,
  ],
  [
    '  - { name: a, request: { path: / }, expect: { route: flavor } }\n',
    /There is no route "flavor"; did you mean "flavors"\?/,
  ],
  [
    '  - { name: a, given: { identity: mumber }, request: { path: / }, expect: {} }\n',
    /There is no caller "mumber"; did you mean "member"\?/,
  ],
  [
    '  - { name: a, given: { limits: { used: { write: 1 } } }, request: { path: / }, expect: {} }\n',
    /There is no limit "write"; did you mean "writes"\?/,
  ],
  [
    '  - { name: a, request: { path: / }, expect: { stage: rate-limt } }\n',
    /There is no stage "rate-limt"; did you mean "rate-limit"\?/,
  ],
  [
    '  - { name: a, request: { path: / }, expect: { stage: rate-limit, fault: over-limits } }\n',
    /There is no fault "over-limits"; did you mean "over-limit"\?/,
  ],
  [
    '  - { name: a, request: { path: /, body: {}, text: a }, expect: {} }\n',
    /only one of "body", "text" and "blanks"/,
  ],
  [`${green}${green}`, /The name "flavors are read" is used already at .*:3\./],
];

for (const [text, message] of slips) {
  test(`a slip in a cases file is told: ${message.source}`, async (t) => {
    const folder = await writeFolder(t, { 'a.yaml': policy, 'a.cases.yaml': `version: 1\ncases:\n${text}` });
    const outside = { ports: inertPorts, meters: noMeters };
    const loaded = await loadSnapshot(folder, ['compute'], outside);
    assert.ok(!loaded.ok);
    assert.match(loaded.problems.map(printProblem).join('\n'), message);
  });
}

test('a stage that fails on a case makes it an error, not a pass', async (t) => {
  const text = 'version: 1\ncases:\n  - { name: a, request: { path: /flavors }, expect: { status: 500 } }\n';
  const folder = await writeFolder(t, { 'a.yaml': policy, 'a.cases.yaml': text });
  const loaded = await loadSnapshot(
    folder,
    ['compute'],
    { ports: inertPorts, meters: noMeters },
    { cases: false },
  );
  assert.ok(loaded.ok);
  const { rehearsal, results } = await checkCases(loaded.content, loaded.snapshot.policy);
  const [first] = results;
  assert.ok(first !== undefined);
  rehearsal.world.ports.tokens.validate = () => {
    throw new Error('a bug');
  };
  const [again] = await runCases(rehearsal, [first.case], () => 0);
  assert.equal(again?.outcome, 'error');
  assert.match(
    String(again?.outcome === 'error' && again.message),
    /stage authenticate failed: Error: a bug/,
  );
});
