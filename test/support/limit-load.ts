import { setTimeout as wait } from 'node:timers/promises';
import type { LimitDefinition } from '../../src/core/policy.ts';
import type { LimitsPort } from '../../src/core/ports.ts';
import { chargeOf } from './limits.ts';
import { watchStalls } from './stalls.ts';

export interface LimitLoad {
  /** Requests let through so far. */
  passed(): number;
  asked(): number;
  /** The longest wait for an answer, in milliseconds, less what the machine made it wait. */
  longestWaitMs(): Promise<number>;
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
  const stalls = watchStalls();

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
  const all = Promise.all(Array.from({ length: 8 }, ask));
  return {
    passed: () => passed,
    asked: () => asked,
    longestWaitMs: async () => longest - 2 * (await stalls.worstMs()),
    async stop() {
      running = false;
      await all;
      stalls.stop();
    },
  };
};
