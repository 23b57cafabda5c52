import { type RevocationRecord, revocationLifeMs } from '../adapters/revocations.ts';
import type { ClockPort } from '../core/ports.ts';

const most = 10_000;

/** The revocations that a worker which begins later has to know. */
export class StandingRevocations {
  readonly #clock: ClockPort;
  #records: RevocationRecord[] = [];

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  add(record: RevocationRecord): void {
    this.#records = [...this.list(), record].slice(-most);
  }

  list(): readonly RevocationRecord[] {
    const now = this.#clock.now();
    return this.#records.filter(({ at }) => now < at + revocationLifeMs);
  }
}
