import type { LimitCharge, LimitState } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';
import { blockMarginMs, blockOf } from './limits-block.ts';
import { type SentState, sentState, tellHolders } from './limits-channel.ts';
import type { MemoryLimits } from './limits-memory.ts';
import { BlocksOut, countedState, type Holder } from './limits-out.ts';
import { belongsTo } from './limits-store.ts';

export interface SharedLimitsOptions {
  readonly counters: MemoryLimits;
  /** How many workers there are. */
  readonly workers: number;
  /** Milliseconds to wait for what a worker holds, once for each time that it is called in; less than workers wait. */
  readonly patienceMs?: number;
  /** How many points a worker is given when so many are free. */
  readonly block?: (free: number) => number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic?: () => number;
}

/** Counters of which blocks may be out at once; one takes about 500 bytes. */
const mostOut = 50_000;
/** Milliseconds between two looks for blocks whose window is over, when there is no room. */
const sweepMs = 1000;

/**
 * The counters of a gateway of several workers, in the primary. While a counter has much left, a worker that asks is
 * given a block of it, charged at once; near the limit the blocks are called in, and points are given one by one.
 * Nobody is refused while a worker that answers holds a block of that counter.
 */
export class SharedLimits {
  readonly #counters: MemoryLimits;
  readonly #patienceMs: number;
  readonly #block: (free: number) => number;
  readonly #now: () => number;
  readonly #out = new Map<string, BlocksOut>();
  #terms = 0;
  #swept = Number.NEGATIVE_INFINITY;

  constructor(options: SharedLimitsOptions) {
    const { counters, workers, patienceMs = 20 } = options;
    this.#counters = counters;
    this.#patienceMs = patienceMs;
    this.#block = options.block ?? ((free) => blockOf(free, workers));
    this.#now = options.monotonic ?? (() => performance.now());
  }

  /**
   * Charges all of a request, or nothing when one of them refuses.
   *
   * @param wants for each charge whether the worker would take a block.
   */
  consume(
    holder: Holder,
    charges: readonly LimitCharge[],
    wants: readonly boolean[],
  ): readonly SentState[] | Promise<readonly SentState[]> {
    const awaited = charges
      .map((charge) => this.#missing(charge))
      .filter((returning) => returning !== undefined);
    if (awaited.length > 0) return Promise.all(awaited).then(() => this.consume(holder, charges, wants));
    const answer = this.#counters.consume(charges);
    if (answer.kind !== 'counted') return [];
    const { states } = answer;
    const isRefused = states.some(({ exceeded, limit }) => exceeded && limit.mode === 'enforce');
    return states.map((state, index) => {
      const charge = charges[index] as LimitCharge;
      return this.#told(holder, charge, state, wants[index] === true && !isRefused && !state.exceeded);
    });
  }

  /** What is left in truth: what workers hold and have not spent is asked of them. */
  async peek(charges: readonly LimitCharge[]): Promise<readonly LimitState[]> {
    const unspent = await Promise.all(charges.map((charge) => this.#unspent(charge)));
    return charges.map((charge, index) => {
      const state = countedState(this.#counters, charge);
      if (state.resetMs === 0) return state;
      const remaining = state.remaining + (unspent[index] ?? 0);
      return { ...state, remaining, exceeded: charge.points > remaining };
    });
  }

  /** As of `LimitsStore`; what workers hold of the party is called in before. */
  async reset(party: string, limitName: string | undefined): Promise<number> {
    const meant = [...this.#out.values()].filter(
      ({ charge: { subject, limit } }) =>
        belongsTo(party, subject) && (limitName === undefined || limit.name === limitName),
    );
    await Promise.all(meant.map((blocks) => blocks.callIn(this.#patienceMs)));
    const forgotten = await this.#counters.reset(party, limitName);
    return typeof forgotten === 'number' ? forgotten : 0;
  }

  /** The worker has ended: what it held stays charged until the window ends. */
  gone(holder: Holder): void {
    for (const [key, blocks] of this.#out) {
      blocks.forget(holder);
      if (blocks.isOver) this.#out.delete(key);
    }
  }

  /** What there is to wait for before this charge may be refused. */
  #missing(charge: LimitCharge): Promise<void> | undefined {
    const blocks = this.#of(charge);
    if (blocks === undefined) return undefined;
    let state = countedState(this.#counters, charge);
    if (state.resetMs === 0) {
      if (blocks.isVoid) {
        this.#out.delete(this.#keyOf(charge));
        return undefined;
      }
      // The window is over before they are void: a clock was set, or a timer was early, or there was no more room.
      blocks.carryOver();
      void blocks.callIn(this.#patienceMs);
      state = countedState(this.#counters, charge);
    }
    return state.exceeded ? blocks.callIn(this.#patienceMs) : undefined;
  }

  /** Gives a block where there is one to give, and lets the others know how much is free. */
  #told(holder: Holder, charge: LimitCharge, state: LimitState, wants: boolean): SentState {
    let blocks = this.#of(charge);
    const size = blocks?.isCalledIn ? 0 : this.#block(state.remaining);
    const isGiven = wants && size > 0 && state.resetMs > blockMarginMs;
    if (isGiven) blocks ??= this.#open(charge);
    if (blocks === undefined) return sentState(state);
    if (isGiven) blocks.give(holder, size, state.resetMs);
    if (size === 0) void blocks.callIn(this.#patienceMs);
    const free = state.remaining - (isGiven ? size : 0);
    if (!blocks.isCalledIn)
      for (const other of blocks.holders) if (other !== holder) other.tell(blocks, free);
    return isGiven ? [free, state.resetMs, 0, size, blocks.term] : sentState(state);
  }

  async #unspent(charge: LimitCharge): Promise<number> {
    const blocks = this.#of(charge);
    if (blocks === undefined || blocks.isCalledIn) return 0;
    const { remaining } = countedState(this.#counters, charge);
    const counts = await Promise.all(
      blocks.holders.map(async (holder) => {
        const answer = await holder.peer.ask(tellHolders, [blocks.word(remaining)], this.#patienceMs);
        return blocks.unspent(holder, answer?.[0]);
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  #keyOf({ limit, subject }: LimitCharge): string {
    return `${limitIdentity(limit).id}\n${subject}`;
  }

  #of(charge: LimitCharge): BlocksOut | undefined {
    const key = this.#keyOf(charge);
    const blocks = this.#out.get(key);
    if (blocks === undefined || !blocks.isOver) return blocks;
    this.#out.delete(key);
    return undefined;
  }

  #open(charge: LimitCharge): BlocksOut | undefined {
    if (!this.#hasRoom()) return undefined;
    this.#terms += 1;
    const blocks = new BlocksOut(charge, this.#terms, this.#counters, this.#now);
    this.#out.set(this.#keyOf(charge), blocks);
    return blocks;
  }

  #hasRoom(): boolean {
    if (this.#out.size < mostOut) return true;
    const now = this.#now();
    if (now - this.#swept < sweepMs) return false;
    this.#swept = now;
    for (const [key, blocks] of this.#out) if (blocks.isOver) this.#out.delete(key);
    return this.#out.size < mostOut;
  }
}
