import type { Outage } from '../core/ports.ts';

export interface CircuitOptions {
  /** Failures in a row after which nothing is asked any more. */
  readonly failures: number;
  /** Milliseconds between probes while it is open. */
  readonly probeMs: number;
  /** Is the other side there again? Must settle by itself; `true` closes the circuit. */
  probe(): Promise<boolean>;
  /** Called on each change, and only then. */
  changed(up: boolean, reason: Outage): void;
}

/**
 * Keeps requests from waiting for something that does not answer: after some failures in a row it opens, and only
 * probes of its own are sent until one succeeds.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #failed = 0;
  #open: Outage | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  /** Why nothing may be asked now; `undefined`: it may. */
  get open(): Outage | undefined {
    return this.#open;
  }

  succeeded(): void {
    this.#failed = 0;
  }

  failed(reason: Outage): void {
    this.#failed += 1;
    if (this.#failed >= this.#options.failures) this.trip(reason);
  }

  /** Opens at once: the connection is gone. */
  trip(reason: Outage): void {
    if (this.#open !== undefined || this.#closed) return;
    this.#open = reason;
    this.#options.changed(false, reason);
    this.#schedule();
  }

  /** Closes at once: the connection is there. */
  mend(): void {
    const reason = this.#open;
    if (reason === undefined || this.#closed) return;
    clearTimeout(this.#timer);
    this.#open = undefined;
    this.#failed = 0;
    this.#options.changed(true, reason);
  }

  end(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.#probe();
    }, this.#options.probeMs);
    this.#timer.unref();
  }

  async #probe(): Promise<void> {
    const there = await this.#options.probe().catch(() => false);
    if (this.#closed || this.#open === undefined) return;
    if (there) this.mend();
    else this.#schedule();
  }
}
