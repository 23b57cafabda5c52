/** Something that may wait, but not for ever. */
export interface Watched {
  /** How many looks have found it waiting; whoever makes progress sets it back to 0. */
  idleTurns: number;
  /** It has waited too long; it is not watched any more. */
  late(): void;
}

/** Looks until something that makes no progress is late. */
const turns = 10;

/**
 * Ends what waits too long, with one timer for all that may wait equally long. A timer for each request costs more than
 * most stages (docs/adr/013), and nobody needs a timeout of seconds to the millisecond: it comes up to a tenth late.
 */
export class Watchdog {
  readonly #watched = new Set<Watched>();
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param timeoutMs milliseconds without progress */
  constructor(timeoutMs: number) {
    this.#everyMs = Math.max(1, Math.ceil(timeoutMs / turns));
  }

  watch(watched: Watched): void {
    this.#watched.add(watched);
    this.#timer ??= setInterval(this.#look, this.#everyMs).unref();
  }

  release(watched: Watched): void {
    this.#watched.delete(watched);
  }

  readonly #look = (): void => {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    for (const watched of this.#watched) {
      watched.idleTurns += 1;
      if (watched.idleTurns <= turns) continue;
      this.#watched.delete(watched);
      watched.late();
    }
  };
}
