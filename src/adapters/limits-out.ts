import type { Peer } from '../core/peer.ts';
import type { LimitCharge, LimitState } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';
import { blockMarginMs } from './limits-block.ts';
import { type SentWord, tellHolders } from './limits-channel.ts';
import type { MemoryLimits } from './limits-memory.ts';

/** Milliseconds for a worker that is halted to hear what it is told: it does so when it goes on, or dies. */
const longMs = 3_600_000;

/** What the counter of a charge says before it is charged; `resetMs` is 0 while no window has begun. */
export const countedState = (counters: MemoryLimits, charge: LimitCharge): LimitState => {
  const answer = counters.peek([charge]);
  const state = answer.kind === 'counted' ? answer.states[0] : undefined;
  return state ?? { limit: charge.limit, remaining: 0, resetMs: 0, exceeded: true };
};

/** A worker, as the one who gives it blocks sees it. */
export class Holder {
  readonly peer: Peer;
  readonly #news = new Map<BlocksOut, number>();
  #isTelling = false;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Tells how much is free of a counter of which it holds a block. What gathers meanwhile goes as one message. */
  tell(blocks: BlocksOut, free: number): void {
    this.#news.set(blocks, free);
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    while (this.#news.size > 0) {
      const words: SentWord[] = [];
      for (const [blocks, free] of this.#news) if (!blocks.isCalledIn) words.push(blocks.word(free));
      this.#news.clear();
      if (words.length > 0) await this.peer.ask(tellHolders, words, longMs);
    }
    this.#isTelling = false;
  }
}

/**
 * The blocks of one counter that workers hold. What they hold is charged; what comes back unspent is given back to
 * the counter. What never comes back, because a worker died or is halted, stays charged.
 */
export class BlocksOut {
  readonly charge: LimitCharge;
  readonly term: number;
  readonly #counters: MemoryLimits;
  readonly #now: () => number;
  /** Points that each was given. */
  readonly #given = new Map<Holder, number>();
  #until = 0;
  #back: Promise<void> | undefined;
  /** Somebody has waited for them to come back, and some did not. */
  #isLate = false;

  /**
   * @param term a number that no other blocks of this counter have had.
   * @param now milliseconds of a clock that is never set.
   */
  constructor(charge: LimitCharge, term: number, counters: MemoryLimits, now: () => number) {
    this.charge = charge;
    this.term = term;
    this.#counters = counters;
    this.#now = now;
  }

  /** The window is over, or nobody holds any. */
  get isOver(): boolean {
    return this.#given.size === 0 || this.#now() >= this.#until;
  }

  /** Nobody spends any of them any more, though what is left may still be given back. */
  get isVoid(): boolean {
    return this.#now() >= this.#until - blockMarginMs;
  }

  get isCalledIn(): boolean {
    return this.#back !== undefined;
  }

  get holders(): readonly Holder[] {
    return [...this.#given.keys()];
  }

  /** @param free of the counter. What it says is told to its holders; `null` calls the blocks in. */
  word(free: number | null): SentWord {
    return [limitIdentity(this.charge.limit).id, this.charge.subject, this.term, free];
  }

  /** @param resetMs milliseconds until the window of the counter ends */
  give(holder: Holder, points: number, resetMs: number): void {
    this.#counters.add([{ ...this.charge, points }]);
    this.#given.set(holder, (this.#given.get(holder) ?? 0) + points);
    this.#until = Math.max(this.#until, this.#now() + resetMs);
  }

  /** Points given to a holder that it has not spent. @param spent what it says; `null`: all */
  unspent(holder: Holder, spent: number | null | undefined): number {
    const given = this.#given.get(holder) ?? 0;
    return typeof spent === 'number' ? given - spent : 0;
  }

  /** The worker is gone, and nobody will spend its block. */
  forget(holder: Holder): void {
    this.#given.delete(holder);
  }

  /** Charges them again: their window is over for the counter, while they may still be spent. */
  carryOver(): void {
    let points = 0;
    for (const given of this.#given.values()) points += given;
    if (points > 0) this.#counters.add([{ ...this.charge, points }]);
  }

  /**
   * Has all of them given back.
   *
   * @param patienceMs how long to wait for it, once; a holder may be halted.
   * @returns to wait for; `undefined` when that is of no use any more
   */
  callIn(patienceMs: number): Promise<void> | undefined {
    if (this.#back === undefined) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        this.#isLate = true;
        late.resolve();
      }, patienceMs);
      const all = Promise.all(this.holders.map((holder) => this.#takeBack(holder)));
      this.#back = Promise.race([all.then(() => clearTimeout(timer)), late.promise]);
    }
    return this.#isLate || this.#given.size === 0 ? undefined : this.#back;
  }

  async #takeBack(holder: Holder): Promise<void> {
    const answer = await holder.peer.ask(tellHolders, [this.word(null)], longMs);
    const points = this.unspent(holder, answer?.[0]);
    // What is given back to a window that is over would be a present to the next one.
    const isOver = this.isOver || countedState(this.#counters, this.charge).resetMs === 0;
    this.#given.delete(holder);
    if (points > 0 && !isOver) this.#counters.add([{ ...this.charge, points: -points }]);
  }
}
