import type { Snapshot } from './compile.ts';

/** A second revision, which some projects get. */
export interface Candidate {
  readonly snapshot: Snapshot;
  /** Whether requests of this project are judged by it; always the same answer for the same project. */
  readonly takes: (projectId: string) => boolean;
}

/** Holds the one current snapshot, and a candidate beside it. A request reads both once; a swap is two assignments. */
export class Snapshots {
  #current: Snapshot;
  #candidate: Candidate | undefined;
  #stagings = 0;

  constructor(first: Snapshot) {
    this.#current = first;
  }

  get current(): Snapshot {
    return this.#current;
  }

  /** `undefined`: no roll-out is under way, and every request is judged by the current one. */
  get candidate(): Candidate | undefined {
    return this.#candidate;
  }

  /** How often a candidate was staged; another share of the same one is no staging. */
  get stagings(): number {
    return this.#stagings;
  }

  swap(next: Snapshot, candidate?: Candidate): void {
    if (candidate !== undefined && candidate.snapshot.revision !== this.#candidate?.snapshot.revision)
      this.#stagings += 1;
    this.#current = next;
    this.#candidate = candidate;
  }
}
