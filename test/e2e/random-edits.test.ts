/**
 * What must hold whatever an operator's hand does to the policies of a process that watches them: an edit is refused as a
 * whole, or does what was foretold.
 */
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { caseRequest } from '../../src/cases/case-request.ts';
import { explain } from '../../src/cases/explain.ts';
import { readCases } from '../../src/cases/load.ts';
import { prepareRehearsal, redProblem, runCases } from '../../src/cases/run.ts';
import type { CaseEntry } from '../../src/cases/schema.ts';
import { worldOf } from '../../src/cases/world.ts';
import { inertPorts } from '../../src/compose/inert-ports.ts';
import { loadSnapshot } from '../../src/compose/load-snapshot.ts';
import type { Decision } from '../../src/core/decision.ts';
import { noMeters } from '../../src/core/silence.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { printProblem } from '../../src/files/problem.ts';
import { operations } from '../../src/operations/index.ts';
import { stages } from '../../src/stages/index.ts';
import { call } from '../support/gateway.ts';
import { isInside, mutationsOf } from '../support/mutations.ts';
import { writeFolder } from '../support/policy-folder.ts';
import type { RolloutStatus } from '../support/rollout.ts';
import { serve } from '../support/serve.ts';
import { until } from '../support/until.ts';

const policy = `version: 1
routes:
  - id: image-metadata-write
    match:
      operations:
        - image-metadata-merge
        - image-metadata-item-delete
    upstream: compute
    stages:
      - use: authenticate
      - use: authorize
        with: { roles: [member] }
      - use: metadata-schema
      - use: write-order
      - use: metadata-quota
        with: { maxItems: 40 }
      - use: disk-config-values
        with: { values: ["TRUE", "FALSE"] }
      - use: disk-config-guard
        with: { scope: project }
  - id: servers
    match: { path: /servers, methods: [GET] }
    upstream: compute
    stages:
      - use: authenticate
default:
  upstream: compute
  stages:
    - use: authenticate
`;

const schema = JSON.stringify({
  type: 'object',
  properties: {
    metadata: {
      type: 'object',
      properties: { poison: { not: {}, refusal: 'not this key.' } },
      additionalProperties: true,
    },
  },
  required: ['metadata'],
  additionalProperties: false,
});

/** Edits that an operator means: most of them load, and change what the policy does. */
const meant = fc
  .constantFrom<readonly [RegExp, string]>(
    [/- use: disk-config-guard\n/, '- use: disk-config-guard\n        mode: flag\n'],
    [/- use: disk-config-guard\n/, '- use: disk-config-guard\n        mode: off\n'],
    [/- use: authorize\n/, '- use: authorize\n        mode: flag\n'],
    [/- use: metadata-schema\n/, '- use: metadata-schema\n        mode: off\n'],
    [/roles: \[member\]/, 'roles: [reader]'],
    [/roles: \[member\]/, 'roles: []'],
    [/maxItems: 40/, 'maxItems: 1'],
    [/"FALSE"/, '"MAYBE"'],
    [/ {6}- use: metadata-quota\n.*\n/, ''],
    [/ {6}- use: write-order\n/, ''],
    [/default:[\s\S]*/, ''],
    [/methods: \[GET\]/, 'methods: [POST]'],
    [/ {8}- image-metadata-item-delete\n/, ''],
    [
      / {4}upstream: compute\n {4}stages:\n {6}- use: authenticate\ndefault/,
      '    upstream: image\n    stages:\n      - use: authenticate\ndefault',
    ],
  )
  .map(([from, to]) => policy.replace(from, to));

test('a hundred random edits under a process that watches: refused as validate says while the old policy serves, or just what test and explain foretold', async (t) => {
  const dir = await writeFolder(t, { 'a.yaml': policy, 'schemas/image-metadata-merge.json': schema });
  const cloud = await startDemoCloud();
  t.after(() => cloud.close());
  const gateway = await serve(t, cloud, { policies: { dir }, log: { level: 'silent' } });
  const { tokens, images, projects, users } = cloud.seed;
  const people = {
    demo: {
      user: users.demo.id,
      project: projects.demo,
      roles: ['member', 'reader'],
      scope: 'project',
      bound: false,
    },
    reader: {
      user: users.reader.id,
      project: projects.demo,
      roles: ['reader'],
      scope: 'project',
      bound: false,
    },
  } as const;
  const metadata = `/v2/images/${images.resizing}/metadata`;
  const post = (body: object) => ({ method: 'POST', path: metadata, headers: {}, body }) as const;
  /** Nothing here changes the cloud when it passes, so that the world stays as it is foretold. */
  const requests: readonly (readonly ['demo' | 'reader' | 'none', CaseEntry['request']])[] = [
    ['demo', post({ metadata: { os_type: 'linux' } })],
    ['reader', post({ metadata: { os_type: 'linux' } })],
    ['demo', post({ metadata: { poison: 'a', os_type: 5 } })],
    ['demo', post({ metadata: { auto_disk_config: 'yes please', os_type: 5 } })],
    ['demo', { method: 'GET', path: '/v2.1/servers', headers: {} }],
    ['none', { method: 'GET', path: '/v2.1/servers', headers: {} }],
    ['demo', { method: 'GET', path: '/v2.1/flavors', headers: {} }],
    ['demo', { method: 'DELETE', path: `${metadata}/no_such_key`, headers: {} }],
  ];

  /** Outcome, route and refusal of each request, by its decision record. */
  const happens = async (): Promise<string[]> => {
    const ids: string[] = [];
    for (const [who, request] of requests) {
      const token = who === 'none' ? undefined : tokens[who];
      const answer = await call(request.method, gateway.url + request.path, token, request.body);
      ids.push(answer.headers.get('x-policy-decision') ?? '');
    }
    const { body } = await call('GET', `${gateway.adminUrl}/decisions?most=${ids.length}`);
    const decisions = new Map((body as { decisions: Decision[] }).decisions.map((one) => [one.id, one]));
    return ids.map((id) => {
      const { outcome = '', route = '', fault = '', flags = [] } = decisions.get(id) ?? {};
      return `${outcome === 'flag' ? 'pass' : outcome} ${route} ${outcome === 'deny' ? fault : ''} ${flags.join()}`;
    });
  };

  const world = {
    image: {
      metadata: { auto_disk_config: 'True', os_type: 'linux' },
      visibility: 'private',
      answer: 'found',
    },
    servers: [{ status: 'VERIFY_RESIZE', diskConfig: 'AUTO', fromVolume: false }],
  } as const;
  const foretold = async (snapshot: Parameters<typeof explain>[0]): Promise<string[]> => {
    const told: string[] = [];
    for (const [who, request] of requests) {
      const here = worldOf(
        { ...world, identity: who, servers: [...world.servers] },
        people as never,
        request.path,
      );
      const catalogue = { stages, operations, meters: noMeters };
      const said = await explain(snapshot, catalogue, caseRequest(request, here), here);
      told.push(`${said.verdict} ${said.route?.id ?? ''} ${said.answer?.fault ?? ''} ${said.flags.join()}`);
    }
    return told;
  };

  /** The red ones of cases that expect what happened, in the words of `images-gateway test`. */
  const redCases = async (policy: Parameters<typeof explain>[0], happened: readonly string[]) => {
    const rehearsal = prepareRehearsal(policy, { stages, operations, meters: noMeters });
    const cases = requests.map(([who, request], index) => {
      const [verdict, route = '', fault = '', flags = ''] = (happened[index] ?? '').split(' ');
      return {
        name: `${index}`,
        given: { ...world, identity: who },
        request,
        expect: {
          verdict,
          ...(route !== '' && { route }),
          ...(fault !== '' && { fault }),
          flags: flags.split(',').filter((flag) => flag !== ''),
        },
      };
    });
    const read = readCases('happened.cases.yaml', JSON.stringify({ version: 1, identities: people, cases }));
    assert.deepEqual(read.problems.map(printProblem), []);
    const results = await runCases(rehearsal, read.cases, () => 0);
    return results.flatMap((result) => redProblem(result)?.message ?? []);
  };

  const file = join(dir, 'a.yaml');
  const status = async () => (await call('GET', `${gateway.adminUrl}/policy`)).body as RolloutStatus;
  /** What `validate` says of the folder, once the process has come to the same. */
  const seen = async () => {
    const outside = { ports: inertPorts, meters: noMeters };
    const next = await loadSnapshot(dir, ['compute', 'image'], outside);
    const problems = next.ok ? [] : next.problems.map(printProblem);
    await until(
      async () => {
        const { lastAttempt, folderRevision } = await status();
        if (next.ok) return lastAttempt.ok && folderRevision === next.snapshot.revision;
        return !lastAttempt.ok && lastAttempt.problems.join('\n') === problems.join('\n');
      },
      `the process says what validate says: ${problems.join('\n') || 'valid'}`,
      60_000,
    );
    return next;
  };

  let refused = 0;
  let loaded = 0;
  let other = 0;
  const first = await happens();
  let now = first;
  const edits = fc.tuple(fc.oneof(meant, mutationsOf(policy)), fc.boolean());
  await fc.assert(
    fc.asyncProperty(edits, async ([text, byRename]) => {
      // As `cp` and as most editors do it.
      await writeFile(byRename ? join(dir, '.a.yaml.new') : file, text);
      if (byRename) await rename(join(dir, '.a.yaml.new'), file);
      const next = await seen();
      const after = await happens();
      if (next.ok) {
        loaded += 1;
        assert.deepEqual(after, await foretold(next.snapshot.policy), text);
        assert.deepEqual(await redCases(next.snapshot.policy, after), [], text);
        if (after.join() !== first.join()) other += 1;
      } else {
        refused += 1;
        assert.deepEqual(after, now, text);
        for (const problem of next.problems) {
          assert.ok(problem.place.file.startsWith(dir) && problem.message.length > 10, printProblem(problem));
          if (problem.place.file === file) assert.ok(isInside(text, problem.place), printProblem(problem));
        }
      }
      now = after;
    }),
    { numRuns: 100, endOnFailure: true },
  );
  t.diagnostic(`${loaded} edits loaded, ${other} of them changed an answer, ${refused} were refused`);
  assert.ok(refused > 10 && loaded > 10 && other > 10, `${refused} ${loaded} ${other}`);
});
