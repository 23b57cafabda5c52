import {
  type Exposition,
  lasting,
  type Metrics,
  type MetricsReport,
  scrapeOf,
} from '../telemetry/metrics.ts';
import type { RunningWorker } from '../workers/worker.ts';
import { askMetrics } from './worker-topics.ts';

/** Milliseconds for a report. Of a worker that does not give one in time, the last one stands. */
const reportMs = 1000;
/** Milliseconds between two reports when nobody scrapes: what a worker that dies has counted since is lost. */
const betweenMs = 5000;

/** The metrics of all workers and of the primary as those of one gateway. Counters of workers that ended are kept. */
export class GatheredMetrics {
  readonly #own: Metrics;
  readonly #last = new Map<RunningWorker, MetricsReport>();
  #ended: Promise<MetricsReport> = Promise.resolve([]);
  readonly #timer: NodeJS.Timeout;

  /** @param workers those that serve clients at this moment */
  constructor(own: Metrics, workers: () => readonly RunningWorker[]) {
    this.#own = own;
    this.#timer = setInterval(() => void this.#ask(workers()), betweenMs);
  }

  async scrape(workers: readonly RunningWorker[], openMetrics: boolean): Promise<Exposition> {
    await this.#ask(workers);
    return scrapeOf([await this.#own.report(), ...this.#last.values(), await this.#ended], openMetrics);
  }

  /** What was shown once must not become less. */
  ended(worker: RunningWorker): void {
    const last = this.#last.get(worker);
    this.#last.delete(worker);
    if (last !== undefined) this.#ended = this.#ended.then((before) => lasting([before, last]));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #ask(workers: readonly RunningWorker[]): Promise<void> {
    await Promise.all(
      workers.map(async (worker) => {
        const report = await worker.peer.ask(askMetrics, null, reportMs);
        if (report !== undefined && !worker.hasEnded) this.#last.set(worker, report);
      }),
    );
  }
}
