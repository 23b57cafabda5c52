/** Milliseconds between two decisions. */
const intervalMs = 250;
/** One long stop, as of a large policy that is loaded, is no overload. */
const lateTurns = 2;

/** How the share of refused requests grows while turns are late, and shrinks when they are not. */
const more = 0.25;
const less = 0.1;
/** Somebody must be let through, or the process would never see that it can serve again. */
const most = 0.9;

/**
 * Decides what share of requests is turned away so that the others are served in time. The share follows the lag
 * instead of being all or nothing, which would swing between idle and overloaded.
 */
export class Shedding {
  readonly #maxLagMs: number;
  #late = 0;
  #share = 0;
  #owed = 0;

  constructor(maxLagMs: number) {
    this.#maxLagMs = maxLagMs;
  }

  /** Of all requests, from 0 to 1. */
  get share(): number {
    return this.#share;
  }

  /** @param lagMs by how many milliseconds the turns of the event loop were late lately, on average */
  turn(lagMs: number): void {
    this.#late = lagMs > this.#maxLagMs ? this.#late + 1 : 0;
    if (this.#late >= lateTurns) this.#share = Math.min(most, this.#share + more);
    else if (this.#late === 0) this.#share = Math.max(0, this.#share - less);
    if (this.#share < less / 2) this.#share = 0;
  }

  /** Is the next request one of those? Spreads them evenly, without chance. */
  next(): boolean {
    if (this.#share === 0) return false;
    this.#owed += this.#share;
    if (this.#owed < 1) return false;
    this.#owed -= 1;
    return true;
  }
}

export interface LoopLag extends Pick<Shedding, 'next' | 'share'> {
  close(): Promise<void>;
}

/** Tells by how many milliseconds each turn was late. */
export interface LagSource {
  watch(told: (lateMs: number) => void): () => void;
}

/** Watches the event loop of this process. @param maxLagMs 0: nothing is ever turned away for it */
export const watchLoopLag = (maxLagMs: number, source: LagSource): LoopLag => {
  const shedding = new Shedding(maxLagMs);
  if (maxLagMs === 0) return { next: () => false, share: 0, close: async () => undefined };
  let [seen, sumMs, since] = [0, 0, performance.now()];
  const end = source.watch((lateMs) => {
    seen += 1;
    sumMs += lateMs;
    const now = performance.now();
    if (now - since < intervalMs) return;
    shedding.turn(sumMs / seen);
    [seen, sumMs, since] = [0, 0, now];
  });
  return {
    next: () => shedding.next(),
    get share() {
      return shedding.share;
    },
    close: async () => end(),
  };
};
