import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Type } from 'typebox';
import type { ForwardOutcome, ForwardPort } from '../../../src/core/forward.ts';
import type { Policy, Route } from '../../../src/core/policy.ts';
import { type AnyStage, defineStage } from '../../../src/core/stage.ts';
import type { UpstreamOutcome, Verdict } from '../../../src/core/verdict.ts';
import { Watchdog } from '../../../src/core/watchdog.ts';
import { createHandler } from '../../../src/http/handler.ts';
import { Load } from '../../../src/http/load.ts';
import { compilePolicy } from '../../../src/pipeline/compile.ts';
import { createRequestMeters } from '../../../src/pipeline/request-meters.ts';
import { fakePorts } from '../../support/ports.ts';
import { recordingLog, recordingMeters } from '../../support/recording.ts';

const at = { file: 'p.yaml', line: 1, column: 1 };

/** A stage that passes and writes down how the request ended; or says what `verdict` says. */
const stage = (name: string, endings: string[], verdict?: () => Verdict<'no'>): AnyStage =>
  defineStage({
    name,
    summary: 'For this test.',
    options: Type.Object({}),
    reads: [],
    gives: [],
    ports: [],
    faults: { no: { status: 409, name: 'conflictingRequest', when: 'This test wants it.' } },
    prepare: () => () =>
      verdict?.() ?? {
        kind: 'pass',
        settle: ({ forwarded, status }: UpstreamOutcome) =>
          void endings.push(`${name}: ${forwarded ? 'forwarded' : 'kept'} ${status ?? '-'}`),
      },
  });

/** A gateway with these stages in front of this forwarder, asked once. */
const ask = async (
  t: TestContext,
  stages: readonly AnyStage[],
  forward: ForwardPort['forward'],
): Promise<Response | 'cut'> => {
  const route: Route = {
    id: 'all',
    match: { kind: 'path', path: '/**', methods: [] },
    upstream: 'u',
    stages: stages.map(({ name }) => ({ use: name, mode: 'enforce', with: {}, at })),
    body: { maxBytes: 100, keys: 'as-sent' },
    upgrade: false,
    at,
  };
  const policy: Policy = {
    revision: 'r1',
    routes: [route],
    fallback: undefined,
    limits: [],
    schemas: new Map(),
  };
  const { ports } = fakePorts('calm');
  const meters = recordingMeters();
  const compiled = compilePolicy(policy, { stages, operations: [], ports, meters });
  assert.ok(compiled.ok);
  const handler = createHandler({
    snapshots: { current: compiled.snapshot, candidate: undefined },
    tokens: ports.tokens,
    forwarder: { forward },
    lookups: ports,
    clock: ports.clock,
    log: recordingLog(),
    trusted: () => false,
    meters: createRequestMeters(meters),
    spoofed: { inc: () => undefined },
    record: () => undefined,
    load: new Load({ maxInFlight: 10, maxBodyBytes: 1000 }),
    bodyWatchdog: new Watchdog(1000),
  });
  const server = createServer((req, res) => {
    Promise.resolve(handler.handle(req, res)).catch(() => res.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  return fetch(url).catch(() => 'cut' as const);
};

const answered = async (_req: unknown, res: { end(text: string): void }): Promise<ForwardOutcome> => {
  res.end('done');
  return { kind: 'answered', status: 200 };
};

test('stages settle in the reverse order, with what the service behind answered', async (t) => {
  const endings: string[] = [];
  await ask(t, [stage('first', endings), stage('second', endings)], answered);
  assert.deepEqual(endings, ['second: forwarded 200', 'first: forwarded 200']);
});

test('stages that passed settle when a later one refuses', async (t) => {
  const endings: string[] = [];
  const no = stage('second', endings, () => ({ kind: 'deny', fault: 'no', message: 'No.' }));
  const answer = await ask(t, [stage('first', endings), no], answered);
  assert.equal(answer !== 'cut' && answer.status, 409);
  assert.deepEqual(endings, ['first: kept -']);
});

test('stages settle when forwarding throws, as if the service behind might have acted', async (t) => {
  const endings: string[] = [];
  const answer = await ask(t, [stage('first', endings)], async () => {
    throw new Error('a bug');
  });
  assert.equal(answer, 'cut');
  assert.deepEqual(endings, ['first: forwarded -']);
});

test('a stage that throws is a refusal, never a pass', async (t) => {
  const endings: string[] = [];
  const broken = stage('second', endings, () => {
    throw new Error('a bug');
  });
  const answer = await ask(t, [stage('first', endings), broken], answered);
  assert.equal(answer !== 'cut' && answer.status, 500);
  assert.deepEqual(endings, ['first: kept -']);
});
