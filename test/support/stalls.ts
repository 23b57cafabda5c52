import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

export interface Stalls {
  /** Milliseconds that this process stood still at a time, at most: a busy machine lets it wait for a core. */
  worstMs(): Promise<number>;
  stop(): void;
}

const resolutionMs = 2;

/**
 * Watches how late this process is, so that a test of a waiting time can tell what it waited for from what the machine
 * made it wait. A call has two such waits in it: for its timer, and for its answer to be handed on.
 */
export const watchStalls = (): Stalls => {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return {
    async worstMs() {
      // A stall that is just over is noted by the next timer.
      await wait(3 * resolutionMs);
      return Math.max(0, delay.max / 1e6 - resolutionMs);
    },
    stop: () => void delay.disable(),
  };
};
