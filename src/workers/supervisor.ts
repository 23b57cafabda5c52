import cluster from 'node:cluster';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import { BackOff } from './back-off.ts';
import type { WholeLines } from './whole-lines.ts';
import { beatMs, RunningWorker } from './worker.ts';

export interface SupervisorOptions {
  /** How many workers there are. */
  readonly count: number;
  /** The file that a worker runs. */
  readonly entry: string;
  /** Takes the lines that workers write to standard output. */
  readonly lines: WholeLines;
  readonly log: Log;
  readonly meters: Meters;
  /** A worker was started; nothing was asked of it yet. @returns told when it has ended */
  readonly began: (worker: RunningWorker) => () => void;
}

/**
 * Starts workers and replaces those that end before they are told to. The only importer of node:cluster: the primary
 * takes connections and hands each to the next worker that is free (docs/adr/020-connections-are-handed-out.md).
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #workers = new Set<RunningWorker>();
  readonly #restarts;
  readonly #timer: NodeJS.Timeout;
  readonly #retries = new Set<NodeJS.Timeout>();
  #ended = Promise.withResolvers<void>();
  #startFailed: ((reason: string) => void) | undefined;
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { entry, meters } = options;
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ exec: entry, args: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    this.#restarts = meters.counter(meterSpecs.restarts).at({});
    meters.observed(meterSpecs.workers, () => this.listening.length);
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#beat(now - last > 2 * beatMs);
      last = now;
    }, beatMs);
  }

  get workers(): readonly RunningWorker[] {
    return [...this.#workers];
  }

  /** Those that serve clients. */
  get listening(): readonly RunningWorker[] {
    return this.workers.filter(({ url }) => url !== undefined);
  }

  /** Starts all of them. Rejects when one ends before `whenReady` has settled. */
  async start<T>(whenReady: Promise<T>): Promise<T> {
    const failed = Promise.withResolvers<never>();
    this.#startFailed = (reason) => failed.reject(new Error(reason));
    for (let n = 0; n < this.#options.count; n += 1) this.#fork(new BackOff());
    try {
      return await Promise.race([whenReady, failed.promise]);
    } finally {
      this.#startFailed = undefined;
    }
  }

  /** From now on who ends is not replaced. */
  stopReplacing(): void {
    this.#stopping = true;
    for (const retry of this.#retries) clearTimeout(retry);
  }

  /** Resolves when all workers have ended. */
  async ended(): Promise<void> {
    while (this.#workers.size > 0) await this.#ended.promise;
    clearInterval(this.#timer);
  }

  #beat(wasLate: boolean): void {
    for (const worker of this.#workers) {
      if (wasLate) worker.forgive();
      if (!worker.beat())
        this.#options.log.error({ pid: worker.pid }, 'a worker does not answer; it is ended');
    }
  }

  #fork(backOff: BackOff): void {
    const forked = cluster.fork();
    const worker = new RunningWorker(forked);
    this.#workers.add(worker);
    const { stdout } = forked.process;
    if (stdout !== null) void this.#options.lines.copy(stdout);
    const tellEnd = this.#options.began(worker);
    // Not `disconnect`: what the process wrote and counted last may still be on its way then.
    forked.on('exit', (code: number | null, signal: string | null) => {
      this.#workers.delete(worker);
      worker.hasEnded = true;
      worker.peer.close();
      tellEnd();
      this.#ended.resolve();
      this.#ended = Promise.withResolvers();
      if (!this.#stopping) this.#replace(worker, backOff, { code, signal });
    });
    forked.on('error', () => undefined);
  }

  #replace(worker: RunningWorker, backOff: BackOff, how: object): void {
    const { pid, hangs } = worker;
    const livedMs = Math.round(performance.now() - worker.began);
    if (this.#startFailed !== undefined) {
      this.#startFailed(`a worker ended while it started: ${JSON.stringify(how)}`);
      return;
    }
    const waitMs = backOff.next(livedMs);
    this.#restarts.inc();
    this.#options.log.error(
      { pid, ...how, hangs, livedMs, waitMs },
      'a worker ended unasked; another one takes its place',
    );
    if (waitMs === 0) {
      this.#fork(backOff);
      return;
    }
    const retry = setTimeout(() => {
      this.#retries.delete(retry);
      this.#fork(backOff);
    }, waitMs);
    this.#retries.add(retry);
  }
}

const meterSpecs = {
  workers: {
    name: 'images_gateway_workers',
    help: 'Processes that serve clients at this moment (setting workers); not told by a gateway of one process.',
    labels: [],
  },
  restarts: {
    name: 'images_gateway_worker_restarts_total',
    help: 'Workers that ended unasked and were replaced.',
    labels: [],
  },
} as const;
