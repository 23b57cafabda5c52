import { createHistogram } from 'node:perf_hooks';

/** Milliseconds until the next look. Each wakes the process, also one that has nothing to do. */
const calmMs = 100;
/** The same behind a look that was late: of turns that take long, a look that is due seldom sees the end alone. */
const lateMs = 20;
/** Milliseconds from which a look was late. */
const isLateFrom = 5;

/** What the looks since the last time found, in seconds. */
export interface LagSummary {
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/**
 * How late the turns of this process's event loop are: a timer that is due, and the time until it runs. One for all who
 * want to know; the monitor of Node.js that prom-client starts wakes a process a hundred times a second.
 */
export class EventLoopLag {
  readonly #microseconds = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
  readonly #told = new Set<(lateMs: number) => void>();
  #due = 0;
  #lastMs = 0;

  constructor() {
    this.#wait(calmMs);
  }

  /** @param told of each look: by how many milliseconds it was late. @returns ends that */
  watch(told: (lateMs: number) => void): () => void {
    this.#told.add(told);
    return () => void this.#told.delete(told);
  }

  /** What was found since this was asked last. */
  summary(): LagSummary {
    const all = this.#microseconds;
    const seconds = (microseconds: number): number => microseconds / 1e6;
    const summary: LagSummary =
      all.count === 0
        ? { last: 0, min: 0, max: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p99: 0 }
        : {
            last: this.#lastMs / 1000,
            min: seconds(all.min),
            max: seconds(all.max),
            mean: seconds(all.mean),
            stddev: seconds(all.stddev),
            p50: seconds(all.percentile(50)),
            p90: seconds(all.percentile(90)),
            p99: seconds(all.percentile(99)),
          };
    all.reset();
    return summary;
  }

  #wait(ms: number): void {
    this.#due = performance.now() + ms;
    setTimeout(this.#look, ms).unref();
  }

  readonly #look = (): void => {
    const late = Math.max(0, performance.now() - this.#due);
    this.#lastMs = late;
    this.#microseconds.record(Math.max(1, Math.round(late * 1000)));
    for (const tell of this.#told) tell(late);
    this.#wait(late < isLateFrom ? calmMs : lateMs);
  };
}
