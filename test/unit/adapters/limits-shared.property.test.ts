/** Whatever order messages, deaths and ends of windows come in: never more than a limit, and all of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitIdentity } from '../../../src/adapters/limit-keys.ts';
import { createMemoryLimits } from '../../../src/adapters/limits-memory.ts';
import { serveLimits } from '../../../src/adapters/limits-primary.ts';
import { SharedLimits } from '../../../src/adapters/limits-shared.ts';
import { createWorkerLimits } from '../../../src/adapters/limits-worker.ts';
import type { LimitCharge, LimitsAnswer } from '../../../src/core/ports.ts';
import { admitted, chargeOf, limitOf, statesOf } from '../../support/limits.ts';
import { joinedBySlowWires } from '../../support/slow-wires.ts';

const longMs = 10_000_000;
const own = limitOf({ name: 'own', points: 40, per: 'hour' });
const burst = limitOf({ name: 'burst', points: 24, per: 'second' });
const all = limitOf({ name: 'all', points: 60, per: 'hour', key: 'global' });

type Clock = { tick(ms: number): void };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A primary and its workers, with a book of its own of what was let through in which window. */
const openWorld = (workers: number) => {
  const counters = createMemoryLimits();
  const book = new Map<string, number>();
  const windowOf = ({ limit, subject }: LimitCharge): string => {
    const [state] = statesOf(counters.peek([chargeOf(limit, subject)]));
    return `${limitIdentity(limit).id} ${subject} ${state?.resetMs === 0 ? 'none' : Date.now() + (state?.resetMs ?? 0)}`;
  };
  const spent = (charge: LimitCharge) => book.get(windowOf(charge)) ?? 0;
  const note = (charges: readonly LimitCharge[]): void => {
    for (const charge of charges) {
      const window = windowOf(charge);
      assert.ok(!window.endsWith('none'), 'a block was spent after its window');
      book.set(window, (book.get(window) ?? 0) + charge.points);
      assert.ok(spent(charge) <= charge.limit.points, `${window}: ${spent(charge)} were let through`);
    }
  };
  const left = (charge: LimitCharge) => charge.limit.points - spent(charge);
  const fits = (charge: LimitCharge) => charge.points <= left(charge);
  /** What a worker held that died is lost. */
  let hasLost = false;
  const noting = {
    ...counters,
    consume(charges: readonly LimitCharge[]): LimitsAnswer {
      const answer = counters.consume(charges);
      if (admitted(answer)) note(charges);
      else if (!hasLost) assert.ok(!charges.every(fits), 'refused, though there was room');
      return answer;
    },
  };
  const monotonic = () => Date.now();
  const shared = new SharedLimits({
    counters: noting,
    workers,
    patienceMs: longMs,
    block: (free) => Math.floor(free / 4),
    monotonic,
  });
  const open = () => {
    const { worker, primary, wires } = joinedBySlowWires();
    const gone = serveLimits(primary, shared);
    const limits = createWorkerLimits({ primary: worker, workers, budgetMs: longMs, monotonic });
    return {
      wires,
      limits,
      consume(charges: readonly LimitCharge[]): LimitsAnswer | Promise<LimitsAnswer> {
        const answer = limits.consume(charges);
        if (!(answer instanceof Promise) && admitted(answer)) note(charges);
        return answer;
      },
      end() {
        primary.close();
        worker.close();
        gone();
        hasLost = true;
      },
    };
  };
  return { open, left };
};

const charges = fc
  .record({
    project: fc.constantFrom('project:a', 'project:b'),
    points: fc.integer({ min: 1, max: 3 }),
    which: fc.subarray(['own', 'burst', 'all'], { minLength: 1 }),
  })
  .map(({ project, points, which }) =>
    which.map((name) =>
      name === 'all' ? chargeOf(all, '*', points) : chargeOf(name === 'own' ? own : burst, project, points),
    ),
  );
const index = fc.nat({ max: 11 });
const action = fc.oneof(
  { weight: 12, arbitrary: fc.record({ ask: charges, at: index }) },
  { weight: 12, arbitrary: fc.record({ deliver: index }) },
  { weight: 1, arbitrary: fc.record({ pass: fc.constantFrom(5, 100, 485, 1000) }) },
  { weight: 1, arbitrary: fc.record({ kill: index }) },
);
const inTurn = fc.array(fc.tuple(charges, index), { minLength: 40, maxLength: 80 });

const play = async (
  clock: Clock,
  count: number,
  actions: readonly (typeof action extends fc.Arbitrary<infer A> ? A : never)[],
  serial: readonly (readonly [readonly LimitCharge[], number])[],
): Promise<void> => {
  const world = openWorld(count);
  const workers = Array.from({ length: count }, world.open);
  const worker = (at: number) => workers[at % workers.length] as (typeof workers)[number];
  let deaths = 0;
  const drain = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; ) {
      await turn();
      const loaded = workers.flatMap(({ wires }) => wires).filter(({ waiting }) => waiting > 0);
      for (const wire of loaded) wire.deliver();
      quiet = loaded.length === 0 ? quiet + 1 : 0;
    }
  };
  for (const step of actions) {
    if ('ask' in step) void worker(step.at).consume(step.ask);
    else if ('deliver' in step) {
      const loaded = workers.flatMap(({ wires }) => wires).filter(({ waiting }) => waiting > 0);
      loaded[step.deliver % loaded.length]?.deliver();
    } else if ('pass' in step) clock.tick(step.pass);
    else {
      deaths += 1;
      const at = step.kill % workers.length;
      workers[at]?.end();
      workers[at] = world.open();
    }
    await turn();
  }
  await drain();
  for (const [asked, at] of serial) {
    const before = asked.map(world.left);
    const answer = worker(at).consume(asked);
    await drain();
    const isIn = admitted(await answer);
    const fits = asked.every(({ points }, each) => points <= (before[each] ?? 0));
    if (isIn) {
      assert.ok(fits);
      for (const { limit, remaining } of statesOf(await answer))
        assert.ok(remaining <= world.left(asked.find((charge) => charge.limit === limit) as LimitCharge));
    } else if (deaths === 0) assert.ok(!fits, 'refused, though there was room');
    if (deaths > 0) continue;
    const look = worker(at + 1).limits.peek(asked);
    await drain();
    assert.deepEqual(
      statesOf(await look).map(({ remaining }) => remaining),
      asked.map(world.left),
    );
  }
  for (const each of workers) each.end();
};

test('several workers let through exactly what one process would, in whatever order they are heard', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(action, { minLength: 20, maxLength: 120 }),
      inTurn,
      (count, actions, serial) => play(t.mock.timers, count, actions, serial),
    ),
    { numRuns: 60 },
  );
});
