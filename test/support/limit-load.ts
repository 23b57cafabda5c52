import { setTimeout as wait } from 'node:timers/promises';
import type { LimitDefinition } from '../../src/core/policy.ts';
import type { LimitsPort } from '../../src/core/ports.ts';
import { chargeOf } from './limits.ts';

export interface LimitLoad {
  /** Requests let through so far. */
  passed(): number;
  asked(): number;
  /** The longest wait for an answer, in milliseconds, less what this process itself stood still meanwhile. */
  longestWaitMs(): number;
  stop(): Promise<void>;
}

/** Asks again and again, with pauses, from several sides at once. An error ends the test: a caller would see a 500. */
export const startLoad = (
  limits: LimitsPort,
  limit: LimitDefinition,
  subject = () => 'project:p1',
): LimitLoad => {
  let running = true;
  let passed = 0;
  let asked = 0;
  let longest = 0;
  let stalls = 0;
  const tickMs = 2;

  const watch = async (): Promise<void> => {
    for (let last = performance.now(); running; ) {
      await wait(tickMs);
      const now = performance.now();
      stalls += Math.max(0, now - last - 2 * tickMs);
      last = now;
    }
  };
  const ask = async (): Promise<void> => {
    while (running) {
      asked += 1;
      const start = performance.now();
      const before = stalls;
      const answer = await limits.consume([chargeOf(limit, subject())]);
      longest = Math.max(longest, performance.now() - start - (stalls - before));
      if (answer.kind === 'counted' && answer.states.every(({ exceeded }) => !exceeded)) passed += 1;
      await wait(1);
    }
  };
  const all = Promise.all([watch(), ...Array.from({ length: 8 }, ask)]);
  return {
    passed: () => passed,
    asked: () => asked,
    longestWaitMs: () => longest,
    async stop() {
      running = false;
      await all;
    },
  };
};
