import type { Snapshot } from './compile.ts';

/** Holds the one current snapshot. A request reads it once; a swap is one assignment. */
export class Snapshots {
  #current: Snapshot;

  constructor(first: Snapshot) {
    this.#current = first;
  }

  get current(): Snapshot {
    return this.#current;
  }

  swap(next: Snapshot): void {
    this.#current = next;
  }
}
