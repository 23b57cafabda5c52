import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { LimitDefinition } from '../../src/core/policy.ts';
import type { LimitsPort } from '../../src/core/ports.ts';
import { chargeOf } from './limits.ts';

export interface LimitLoad {
  /** Requests let through so far. */
  passed(): number;
  asked(): number;
  /** The longest wait for an answer, in milliseconds, less what a timer is late on this machine at this time. */
  longestWaitMs(): number;
  stop(): Promise<void>;
}

const budgetMs = 50;

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
  let lateness = 0;

  /** How late this process is with a timer as long as the budget of Redis, whatever is asked meanwhile. */
  const watch = async (): Promise<void> => {
    while (running) {
      const start = performance.now();
      await wait(budgetMs);
      await nextTurn();
      lateness = Math.max(lateness, performance.now() - start - budgetMs);
    }
  };
  const ask = async (): Promise<void> => {
    while (running) {
      asked += 1;
      const start = performance.now();
      const answer = await limits.consume([chargeOf(limit, subject())]);
      longest = Math.max(longest, performance.now() - start);
      if (answer.kind === 'counted' && answer.states.every(({ exceeded }) => !exceeded)) passed += 1;
      await wait(1);
    }
  };
  const all = Promise.all([watch(), watch(), watch(), ...Array.from({ length: 8 }, ask)]);
  return {
    passed: () => passed,
    asked: () => asked,
    longestWaitMs: () => longest - lateness,
    async stop() {
      running = false;
      await all;
    },
  };
};
