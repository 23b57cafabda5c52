/** Exceptions and flag modes that end: they hold until their day, are seen, and then are over. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { lookAt } from '../../src/cli/look.ts';
import { checkCases } from '../../src/compose/check-cases.ts';
import type { Decision } from '../../src/core/decision.ts';
import { printProblem } from '../../src/files/problem.ts';
import { command } from '../support/command.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { shippedPolicy, writeInto } from '../support/policy-folder.ts';
import { lettered, rolloutFolder, startRollout } from '../support/rollout.ts';

const exempt = (projects: string, expires: string): string => `
exempt:
  - projects: [${projects}]
    stages: [disk-config-guard]
    reason: migration of their images
    owner: ops@example.com
    expires: ${expires}
`;

/** The shipped policy with something more, and these cases instead of its own. */
const policyWith = async (
  t: TestContext,
  edit: (text: string) => string,
  cases?: string,
): Promise<string> => {
  const folder = await shippedPolicy(t, edit);
  if (cases !== undefined) await writeFile(join(folder, 'a.cases.yaml'), cases);
  return folder;
};

const image = 'd42f821e-c2d1-4796-9f07-af5ed7912d0e';
const write = `given: { servers: [{ status: VERIFY_RESIZE }], image: { metadata: { auto_disk_config: "True" } }, time: "TIME" }
    request: { method: POST, path: /v2/images/${image}/metadata, body: { metadata: { auto_disk_config: "FALSE" } } }`;

const twoDays = (before: string, after: string): string => `version: 1
cases:
  - name: on the last day
    ${write.replace('TIME', '2026-12-31T23:59:59Z')}
    expect: ${before}
  - name: on the day after
    ${write.replace('TIME', '2027-01-01T00:00:00Z')}
    expect: ${after}
`;

const red = async (folder: string): Promise<string[]> => {
  const loaded = await lookAt(folder);
  if (!loaded.ok) return loaded.problems.map(printProblem);
  return (await checkCases(loaded.content, loaded.snapshot.policy)).problems.map(printProblem);
};

const flagged = '{ verdict: pass, flags: [disk-config-guard/resizing] }';
const denied = '{ verdict: deny, stage: disk-config-guard }';

describe('an exemption', () => {
  test('holds on its last day and not on the next', async (t) => {
    const edit = (text: string) => text + exempt('p1', '2026-12-31');
    assert.deepEqual(await red(await policyWith(t, edit, twoDays(flagged, denied))), []);
  });

  test('holds for its projects only', async (t) => {
    const edit = (text: string) => text + exempt('p2', '2026-12-31');
    assert.deepEqual(await red(await policyWith(t, edit, twoDays(denied, denied))), []);
  });

  test('needs a reason, an owner and a day, and stages and routes that there are', async (t) => {
    const slips: readonly (readonly [string, string, RegExp])[] = [
      ['    reason: migration of their images\n', '', /"reason" is missing/],
      ['    owner: ops@example.com\n', '', /"owner" is missing/],
      ['    expires: 2026-12-31\n', '', /"expires" is missing/],
      ['2026-12-31', '2026-02-31', /names a day that does not exist/],
      [
        '[disk-config-guard]',
        '[disk-config-gard]',
        /There is no stage "disk-config-gard"; did you mean "disk-config-guard"\?/,
      ],
      [
        '    owner',
        '    routes: [image-metadata-writes]\n    owner',
        /There is no route "image-metadata-writes"; did you mean/,
      ],
    ];
    for (const [from, to, message] of slips) {
      const folder = await policyWith(t, (text) => text + exempt('p1', '2026-12-31').replace(from, to));
      assert.match((await red(folder)).join('\n'), message);
    }
  });

  test('lets a request pass, marks it, and stands in its record; its end is a metric', async (t) => {
    const dir = await policyWith(
      t,
      (text) => text + exempt('d0000000000000000000000000000001', '2999-12-31'),
    );
    const gateway = await startTestGateway(t, { config: { policies: { dir } } });
    const { tokens, images } = gateway.cloud.seed;
    const path = `${gateway.url}/v2/images/${images.resizing}/metadata`;
    const answer = await call('POST', path, tokens.demo, { metadata: { auto_disk_config: 'FALSE' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-policy-flag'), 'disk-config-guard/resizing');
    const { body } = await call('GET', `${gateway.adminUrl}/decisions`);
    const [decision] = (body as { decisions: Decision[] }).decisions;
    const verdict = decision?.verdicts.find(({ stage }) => stage === 'disk-config-guard');
    assert.equal(verdict?.outcome, 'flag');
    assert.equal(verdict?.notes?.['owner'], 'ops@example.com');
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    const [, ends = ''] =
      /^images_gateway_policy_nearest_expiry_timestamp_seconds (\S+)$/m.exec(metrics) ?? [];
    assert.equal(Number(ends), Date.UTC(3000, 0, 1) / 1000);
  });
});

describe('a flag mode with an end', () => {
  const until = (more: string) => (text: string) =>
    text.replace(
      '- use: disk-config-guard',
      `- use: disk-config-guard\n        mode: flag\n        until: 2026-12-31${more}`,
    );

  test('goes on flagging by default', async (t) => {
    assert.deepEqual(await red(await policyWith(t, until(''), twoDays(flagged, flagged))), []);
  });

  test('enforces afterwards if it says so', async (t) => {
    const edit = until('\n        afterwards: enforce');
    assert.deepEqual(await red(await policyWith(t, edit, twoDays(flagged, denied))), []);
  });

  test('is explained as it judges today, or at the time that is asked about', async (t) => {
    const edit = (text: string) =>
      until('\n        afterwards: enforce')(text).replace('2026-12-31', '2020-01-01');
    const folder = await policyWith(t, edit);
    const explained = async (given: string) => {
      const world = `servers: [{ status: VERIFY_RESIZE }], image: { metadata: { auto_disk_config: "True" } }${given}`;
      const request = [
        '--method',
        'POST',
        '--path',
        `/v2/images/${image}/metadata`,
        '-H',
        'Content-Type: application/json',
      ];
      const words = [
        ...request,
        '--body',
        '{"metadata":{"auto_disk_config":"FALSE"}}',
        '--given',
        `{ ${world} }`,
      ];
      return (await command(['explain', '--policies', folder, ...words])).out;
    };
    const day = () => new Date().toISOString().slice(0, 10);
    const days = [day()];
    const today = await explained('');
    days.push(day());
    assert.match(today, /^ +deny +disk-config-guard \(flag, which has ended\) /m);
    assert.ok(
      days.some((one) => today.includes(`, ${one}T`)),
      today,
    );
    const then = await explained(', time: "2020-01-01T23:59:59Z"');
    assert.match(then, /^request .*, 2020-01-01T23:59:59\.000Z$/m);
    assert.match(then, /^verdict +pass, flagged disk-config-guard\/resizing$/m);
  });

  test('is warned of once its day is over, and so is an exemption', async (t) => {
    const edit = (text: string) =>
      until('')(text).replace('2026-12-31', '2020-01-01') + exempt('p1', '2020-01-01');
    const loaded = await lookAt(await policyWith(t, edit));
    assert.ok(loaded.ok);
    const warnings = loaded.warnings.map(({ message }) => message).join('\n');
    assert.match(warnings, /The flag mode of "disk-config-guard" ended on 2020-01-01: it still only flags/);
    assert.match(warnings, /This exemption of ops@example\.com ended on 2020-01-01 and exempts nobody/);
  });

  test('belongs to mode flag', async (t) => {
    const folder = await policyWith(t, (text) =>
      until('')(text).replace('mode: flag\n        until', 'until'),
    );
    assert.match((await red(folder)).join(), /"until" and "afterwards" belong to mode flag/);
  });
});

test('the nearest end of an exemption is that of either revision, for as long as both judge', async (t) => {
  const base = await rolloutFolder(t);
  const ends = (letter: string, day: string) =>
    lettered(
      letter,
      `exempt: [{ projects: [p], stages: [metadata-schema], reason: moving, owner: ann, expires: ${day} }]\n`,
    );
  await writeInto(join(base, 'policies'), ends('A', '2999-12-31'));
  await writeInto(join(base, 'candidates/next'), ends('B', '2998-12-31'));
  const { admin, metrics } = await startRollout(t, base);
  const nearest = async () =>
    Number(/^images_gateway_policy_nearest_expiry_timestamp_seconds (\S+)$/m.exec(await metrics())?.[1]);
  assert.equal(await nearest(), Date.UTC(3000, 0, 1) / 1000);
  assert.equal((await admin('POST', '/rollout?from=next&percent=1')).status, 200);
  assert.equal(await nearest(), Date.UTC(2999, 0, 1) / 1000);
  await admin('POST', '/rollout/take-back');
  assert.equal(await nearest(), Date.UTC(3000, 0, 1) / 1000);
});
