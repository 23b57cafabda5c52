/** Something that may wait, but not for ever. */
export interface Watched {
  /** How many looks have found it waiting; whoever makes progress sets it back to 0. */
  idleTurns: number;
  /** Where its watchdog keeps it; -1 while it is not watched. Only the watchdog writes it. */
  place: number;
  /** It has waited too long; it is not watched any more. */
  late(): void;
}

/** Looks until something that makes no progress is late. */
const turns = 10;

/**
 * Ends what waits too long, with one timer for all that may wait equally long. A timer for each request costs more than
 * most stages (docs/adr/013), and nobody needs a timeout of seconds to the millisecond: it comes up to a tenth late.
 *
 * Whoever is watched stands in one array that only grows. A Set that gains and loses members with each request makes a
 * new table every few requests, and V8 lets each table point to the one that followed it (for iterators that are under
 * way): once the first of them is old, all that follow survive every small collection, with all the requests in them.
 */
export class Watchdog {
  readonly #watched: (Watched | undefined)[] = [];
  #count = 0;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param timeoutMs milliseconds without progress */
  constructor(timeoutMs: number) {
    this.#everyMs = Math.max(1, Math.ceil(timeoutMs / turns));
  }

  watch(watched: Watched): void {
    if (watched.place !== -1) return;
    watched.place = this.#count;
    this.#watched[this.#count] = watched;
    this.#count += 1;
    this.#timer ??= setInterval(this.#look, this.#everyMs).unref();
  }

  release(watched: Watched): void {
    const { place } = watched;
    if (place === -1) return;
    watched.place = -1;
    this.#count -= 1;
    // The last one takes the place that became free.
    const last = this.#watched[this.#count];
    this.#watched[this.#count] = undefined;
    if (last === undefined || last === watched) return;
    last.place = place;
    this.#watched[place] = last;
  }

  readonly #look = (): void => {
    if (this.#count === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const overdue: Watched[] = [];
    for (const watched of this.#watched) {
      if (watched === undefined) break;
      watched.idleTurns += 1;
      if (watched.idleTurns > turns) overdue.push(watched);
    }
    for (const watched of overdue) {
      // The end of one may have been that of another.
      if (watched.place === -1) continue;
      this.release(watched);
      watched.late();
    }
  };
}
