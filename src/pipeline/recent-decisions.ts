import type { Decision } from '../core/decision.ts';
import type { KeptDecision } from './decision.ts';

/** The last decisions, in a ring of fixed size. */
export class RecentDecisions {
  readonly #ring: (KeptDecision | undefined)[];
  #next = 0;

  /** @param size most decisions that are kept. */
  constructor(size: number) {
    this.#ring = new Array(size).fill(undefined);
  }

  add(decision: KeptDecision): void {
    this.#ring[this.#next] = decision;
    this.#next = (this.#next + 1) % this.#ring.length;
  }

  /** The newest first, masked. */
  list(
    fits: (decision: KeptDecision['kept']) => boolean = () => true,
    most = Number.POSITIVE_INFINITY,
  ): Decision[] {
    const found: Decision[] = [];
    const { length } = this.#ring;
    for (let back = 1; back <= length && found.length < most; back += 1) {
      const decision = this.#ring[(this.#next - back + length) % length];
      if (decision !== undefined && fits(decision.kept)) found.push(decision.masked());
    }
    return found;
  }
}
