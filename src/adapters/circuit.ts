import type { ClockPort } from '../core/ports.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** Keeps from asking a service that has just failed again and again: a refusal then costs microseconds. */
export interface Circuit {
  /**
   * May the service be asked now? Whoever is let in must tell how it ended.
   * @returns `undefined`: yes. A number: no, not within this many milliseconds.
   */
  enter(): number | undefined;
  succeeded(): void;
  /** @param retryAfterMs for how long the service itself wants to be left alone. */
  failed(retryAfterMs?: number): void;
  state(): CircuitState;
}

export interface CircuitOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Milliseconds of the first pause; doubled after each probe that fails, up to `longestMs`. */
  readonly pauseMs: number;
  readonly longestMs: number;
}

export const circuitDefaults: CircuitOptions = { failures: 5, pauseMs: 1000, longestMs: 30_000 };

export const createCircuit = (
  clock: ClockPort,
  onChange: (state: CircuitState) => void,
  { failures, pauseMs, longestMs }: CircuitOptions = circuitDefaults,
): Circuit => {
  let state: CircuitState = 'closed';
  let failed = 0;
  let pause = pauseMs;
  let openUntil = 0;

  const become = (next: CircuitState): void => {
    if (state === next) return;
    state = next;
    onChange(next);
  };
  const open = (askedMs: number): void => {
    openUntil = clock.now() + Math.min(longestMs, Math.max(pause, askedMs));
    pause = Math.min(longestMs, pause * 2);
    become('open');
  };

  return {
    enter() {
      if (state === 'closed') return undefined;
      const waiting = openUntil - clock.now();
      // One probe at a time: while it is out, the others wait as if the circuit were open.
      if (state === 'half-open') return Math.max(waiting, pauseMs);
      if (waiting > 0) return waiting;
      become('half-open');
      return undefined;
    },
    succeeded() {
      failed = 0;
      pause = pauseMs;
      become('closed');
    },
    failed(retryAfterMs = 0) {
      failed++;
      // Calls that were let in before it opened may end later; they do not lengthen the pause.
      if (state === 'half-open' || (state === 'closed' && failed >= failures)) open(retryAfterMs);
    },
    state: () => state,
  };
};
