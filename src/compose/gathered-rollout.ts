import type { RoleCounts, RolloutCounts } from '../pipeline/rollout-tally.ts';
import type { RunningWorker } from '../workers/worker.ts';
import { askRollout } from './worker-topics.ts';

/** Milliseconds for an answer. Of a worker that does not give one in time, the last one stands. */
const answerMs = 1000;
/** Milliseconds between two looks when nobody asks: what a worker that dies has counted since is lost. */
const betweenMs = 5000;

interface Told {
  /** The staging of which it tells. */
  readonly staging: string;
  readonly counts: RolloutCounts;
}

/** What became of the requests of both revisions of a roll-out at all workers, those that ended among them. */
export class GatheredRollout {
  readonly #workers: () => readonly RunningWorker[];
  readonly #staging: () => string | undefined;
  readonly #last = new Map<RunningWorker, Told>();
  #ended: Told | undefined;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param workers those that serve clients at this moment
   * @param staging a name for the candidate that is staged, another one each time; `undefined`: none is
   */
  constructor(workers: () => readonly RunningWorker[], staging: () => string | undefined) {
    this.#workers = workers;
    this.#staging = staging;
    this.#timer = setInterval(() => void this.#ask(), betweenMs);
  }

  /** Since the candidate was staged; `undefined`: none is. */
  async counts(): Promise<RolloutCounts | undefined> {
    await this.#ask();
    const staging = this.#staging();
    if (staging === undefined) return undefined;
    const told = [...this.#last.values(), ...(this.#ended === undefined ? [] : [this.#ended])];
    return joined(told.filter((one) => one.staging === staging).map(({ counts }) => counts));
  }

  /** What was shown once must not become less. */
  ended(worker: RunningWorker): void {
    const last = this.#last.get(worker);
    this.#last.delete(worker);
    if (last === undefined || last.staging !== this.#staging()) return;
    const before = this.#ended?.staging === last.staging ? [this.#ended.counts] : [];
    this.#ended = { staging: last.staging, counts: joined([...before, last.counts]) };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const staging = this.#staging();
    if (staging === undefined) return;
    await Promise.all(
      this.#workers().map(async (worker) => {
        const counts = await worker.peer.ask(askRollout, null, answerMs);
        if (counts !== undefined && counts !== null && !worker.hasEnded)
          this.#last.set(worker, { staging, counts });
      }),
    );
  }
}

const joined = (parts: readonly RolloutCounts[]): RolloutCounts => {
  const together = (role: keyof RolloutCounts): RoleCounts => ({
    requests: sum(parts.map((part) => part[role].requests)),
    refused: sum(parts.map((part) => part[role].refused)),
    flagged: sum(parts.map((part) => part[role].flagged)),
    failed: sum(parts.map((part) => part[role].failed)),
  });
  return { current: together('current'), candidate: together('candidate') };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
