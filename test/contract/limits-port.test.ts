/** What every store of counters must do, whatever it is made of. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { createMemoryLimits } from '../../src/adapters/limits-memory.ts';
import { serveLimits } from '../../src/adapters/limits-primary.ts';
import { createRedisLimits } from '../../src/adapters/limits-redis.ts';
import { SharedLimits } from '../../src/adapters/limits-shared.ts';
import { createWorkerLimits } from '../../src/adapters/limits-worker.ts';
import { createRedis, type Redis } from '../../src/adapters/redis-client.ts';
import { redisAddress } from '../../src/adapters/redis-place.ts';
import type { LimitDefinition } from '../../src/core/policy.ts';
import type { LimitsPort } from '../../src/core/ports.ts';
import { admitted, chargeOf, limitOf, statesOf } from '../support/limits.ts';
import { joinedPeers } from '../support/peers.ts';
import { recordingLog, recordingMeters } from '../support/recording.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis | undefined;
let redis: Redis | undefined;
before(async () => {
  server = await startRedis();
  redis = createRedis({
    ...redisAddress(`redis://127.0.0.1:${server.port}`),
    budgetMs: 30_000,
    ...telemetry(),
  });
  await redis.started;
});
after(async () => {
  redis?.close();
  await server?.close();
});

const telemetry = () => ({ log: recordingLog(), meters: recordingMeters() });

const inRedis = (sharded: boolean): LimitsPort => {
  const connected = redis;
  assert.ok(connected !== undefined);
  return createRedisLimits({
    redis: { ...connected, sharded },
    prefix: `test-${sharded}`,
    whenDown: 'deny',
    replicas: 1,
    ...telemetry(),
  });
};

const inPrimary = (): LimitsPort => {
  const { worker, primary } = joinedPeers();
  serveLimits(worker, new SharedLimits({ counters: createMemoryLimits(), workers: 4 }));
  return createWorkerLimits({ primary, workers: 4, budgetMs: 30_000 });
};

const stores: Readonly<Record<string, () => LimitsPort>> = {
  memory: createMemoryLimits,
  'the primary of several workers': inPrimary,
  Redis: () => inRedis(false),
  // The way a cluster is asked: each party by a script of its own. One server knows no difference.
  'Redis by parties': () => inRedis(true),
};

/** Limits of one test have names of their own, because a store may outlive it. */
let serial = 0;
const fresh = (other: Partial<LimitDefinition> = {}): LimitDefinition => {
  serial += 1;
  return limitOf({ name: `limit-${serial}`, ...other });
};

for (const [name, open] of Object.entries(stores))
  describe(`limits in ${name}`, () => {
    const testing = (title: string, run: (limits: LimitsPort) => Promise<void>): void => {
      test(title, () => run(open()));
    };

    testing('exactly as many requests are admitted as a limit has points', async (limits) => {
      const limit = fresh();
      const answers = [];
      for (let turn = 0; turn < 5; turn += 1) answers.push(await limits.consume([chargeOf(limit)]));
      assert.deepEqual(answers.map(admitted), [true, true, true, false, false]);
      assert.deepEqual(
        answers.map((answer) => statesOf(answer)[0]?.remaining),
        [2, 1, 0, 0, 0],
      );
    });

    testing(
      'requests that arrive together are counted as exactly as those that come in turn',
      async (limits) => {
        const limit = fresh({ points: 50 });
        const answers = await Promise.all(
          Array.from({ length: 200 }, async () => limits.consume([chargeOf(limit)])),
        );
        assert.equal(answers.filter(admitted).length, 50);
      },
    );

    testing('the time until a window ends is never longer than the window', async (limits) => {
      const limit = fresh({ per: 'second', every: 10 });
      const [state] = statesOf(await limits.consume([chargeOf(limit)]));
      assert.ok(state !== undefined && state.resetMs > 9_000 && state.resetMs <= 10_000, `${state?.resetMs}`);
    });

    testing(
      'a window begins with its first request, and all points are there again when it ends',
      async (limits) => {
        const limit = fresh({ points: 1, per: 'second' });
        assert.ok(admitted(await limits.consume([chargeOf(limit)])));
        const [state] = statesOf(await limits.consume([chargeOf(limit)]));
        assert.ok(state?.exceeded);
        await wait(state.resetMs + 20);
        assert.ok(admitted(await limits.consume([chargeOf(limit)])));
      },
    );

    testing('a request that one limit refuses is charged to no other', async (limits) => {
      const tight = fresh({ points: 1 });
      const wide = fresh({ points: 10 });
      await limits.consume([chargeOf(tight), chargeOf(wide)]);
      for (let turn = 0; turn < 4; turn += 1)
        assert.equal(admitted(await limits.consume([chargeOf(wide), chargeOf(tight)])), false);
      assert.equal(statesOf(await limits.peek([chargeOf(wide)]))[0]?.remaining, 9);
    });

    testing(
      'a request that the whole service refuses is not charged to its caller, nor the other way round',
      async (limits) => {
        const own = fresh({ points: 2 });
        const all = fresh({ points: 3, key: 'global' });
        const ask = (project: string) => limits.consume([chargeOf(own, project), chargeOf(all, '*')]);
        const outcomes = [];
        for (const project of ['a', 'a', 'a', 'b', 'b'])
          outcomes.push(admitted(await ask(`project:${project}`)));
        assert.deepEqual(outcomes, [true, true, false, true, false]);
        const left = statesOf(
          await limits.peek([chargeOf(own, 'project:a'), chargeOf(own, 'project:b'), chargeOf(all, '*')]),
        );
        assert.deepEqual(
          left.map(({ remaining }) => remaining),
          [0, 1, 0],
        );
      },
    );

    testing('a limit in flag mode is counted and refuses nothing', async (limits) => {
      const watched = fresh({ points: 1, mode: 'flag' });
      const wide = fresh({ points: 10 });
      await limits.consume([chargeOf(watched), chargeOf(wide)]);
      const answer = await limits.consume([chargeOf(watched), chargeOf(wide)]);
      assert.ok(admitted(answer));
      assert.deepEqual(
        statesOf(answer).map(({ exceeded, remaining }) => ({ exceeded, remaining })),
        [
          { exceeded: true, remaining: 0 },
          { exceeded: false, remaining: 8 },
        ],
      );
    });

    testing('subjects and limits are counted apart', async (limits) => {
      const one = fresh({ points: 1 });
      const other = fresh({ points: 1 });
      assert.ok(admitted(await limits.consume([chargeOf(one, 'project:a')])));
      assert.ok(admitted(await limits.consume([chargeOf(one, 'project:b')])));
      assert.ok(admitted(await limits.consume([chargeOf(other, 'project:a')])));
      assert.equal(admitted(await limits.consume([chargeOf(one, 'project:a')])), false);
    });

    testing(
      'a request that costs more than what is left is refused and leaves that for cheaper ones',
      async (limits) => {
        const limit = fresh({ points: 5 });
        assert.ok(admitted(await limits.consume([chargeOf(limit, 'project:a', 3)])));
        assert.equal(admitted(await limits.consume([chargeOf(limit, 'project:a', 3)])), false);
        assert.ok(admitted(await limits.consume([chargeOf(limit, 'project:a', 2)])));
      },
    );

    testing('looking charges nothing', async (limits) => {
      const limit = fresh({ points: 1 });
      for (let turn = 0; turn < 3; turn += 1)
        assert.equal(statesOf(await limits.peek([chargeOf(limit)]))[0]?.remaining, 1);
      assert.ok(admitted(await limits.consume([chargeOf(limit)])));
      const [state] = statesOf(await limits.peek([chargeOf(limit)]));
      assert.ok(state?.exceeded === true && state.remaining === 0 && state.resetMs > 0);
    });

    testing(
      'counters outlive a reload that leaves the definition as it was, and only that',
      async (limits) => {
        const before = fresh({ points: 2, methods: ['PUT', 'POST'] });
        await limits.consume([chargeOf(before)]);
        const moved: LimitDefinition = {
          ...before,
          methods: ['POST', 'PUT'],
          at: { file: 'other.yaml', line: 9, column: 1 },
        };
        assert.equal(statesOf(await limits.peek([chargeOf(moved)]))[0]?.remaining, 1);
        for (const changed of [
          { ...before, points: 3 },
          { ...before, every: 2 },
          { ...before, routes: ['elsewhere'] },
        ])
          assert.equal(statesOf(await limits.peek([chargeOf(changed)]))[0]?.remaining, changed.points);
      },
    );

    testing('a subject may hold any character', async (limits) => {
      await fc.assert(
        fc.asyncProperty(fc.string({ minLength: 1, unit: 'binary' }), async (text) => {
          const limit = fresh({ points: 1 });
          const subject = `project:${text}`;
          assert.ok(admitted(await limits.consume([chargeOf(limit, subject)])));
          assert.equal(admitted(await limits.consume([chargeOf(limit, subject)])), false);
        }),
        { numRuns: 50 },
      );
    });
  });
