import type { LimitDefinition } from '../core/policy.ts';
import type { LimitCharge, LimitState } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';
import { blockMarginMs } from './limits-block.ts';
import type { SentState, SentWord } from './limits-channel.ts';

/** Counters with blocks that a worker holds at most; one takes about 300 bytes. */
const mostHeld = 50_000;
/** Milliseconds between two looks for blocks whose window is over, when there is no room. */
const sweepMs = 1000;

/** What a worker has of one counter. It outlives single blocks, and is forgotten when the primary calls them in. */
export interface HeldBlock {
  /** Names the blocks that were given since the primary last called them in; 0: none yet. */
  term: number;
  left: number;
  /** Points of this term that were spent. */
  spent: number;
  /** Points that nobody had at the last word of the primary. */
  free: number;
  /** When the window ends, and from when on nothing is spent of the block; by the worker's clock. */
  ends: number;
  until: number;
  /** A block was asked for and has not come yet. */
  asking: boolean;
  /** The last word on what is free, and of which term: it may be heard before the block that it is about. */
  word: readonly [number, number];
}

/** The blocks of one worker. */
export class HeldBlocks {
  readonly #now: () => number;
  readonly #held = new Map<string, Map<string, HeldBlock>>();
  /** The same by definition, of which one limit has several. */
  readonly #known = new WeakMap<LimitDefinition, Map<string, HeldBlock>>();
  #size = 0;
  #swept = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds of a clock that is never set. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Charges all of a request, or nothing: `undefined` when a block is missing or too small. */
  spend(charges: readonly LimitCharge[]): readonly LimitState[] | undefined {
    const now = this.#now();
    const states: LimitState[] = [];
    for (const { limit, subject, points } of charges) {
      const block = this.#of(limit).get(subject);
      if (block === undefined || block.left < points || now >= block.until) {
        for (let index = 0; index < states.length; index += 1) this.#giveBack(charges[index]);
        return undefined;
      }
      block.left -= points;
      block.spent += points;
      states.push({
        limit,
        remaining: block.free + block.left,
        resetMs: block.ends - now,
        exceeded: false,
      });
    }
    return states;
  }

  /** Where a block of this counter will be put; `undefined`: there is one, or it was asked for, or there is no room. */
  want({ limit, subject, points }: LimitCharge): HeldBlock | undefined {
    const blocks = this.#of(limit);
    const now = this.#now();
    let block = blocks.get(subject);
    if (block === undefined) {
      if (!this.#hasRoom(now)) return undefined;
      block = { term: 0, left: 0, spent: 0, free: 0, ends: 0, until: 0, asking: false, word: [0, 0] };
      blocks.set(subject, block);
      this.#size += 1;
    } else if (block.asking || (block.left >= points && now < block.until)) return undefined;
    block.asking = true;
    return block;
  }

  /**
   * What the primary said of a counter.
   *
   * @param place what `want` gave when it was asked.
   * @param askedAt when it was asked. The window ends so much later at the earliest, whenever the answer came.
   * @returns points that are left for this worker
   */
  heard(charge: LimitCharge, place: HeldBlock | undefined, state: SentState, askedAt: number): number {
    const [free, resetMs, , points = 0, term = 0] = state;
    const block = this.#of(charge.limit).get(charge.subject);
    if (place !== undefined) place.asking = false;
    // If they were called in while the answer was on its way, this block was given back too.
    if (points > 0 && place !== undefined && place === block) {
      if (block.term !== term) {
        const [about, said] = block.word;
        Object.assign(block, { term, left: 0, spent: 0, free: about === term ? Math.min(free, said) : free });
      }
      block.left += points;
      block.ends = askedAt + resetMs;
      block.until = block.ends - blockMarginMs;
    }
    if (block === undefined || this.#now() >= block.until) return free;
    // Within a term it only becomes less, and a word may overtake an answer.
    block.free = Math.min(block.free, free);
    return block.free + block.left;
  }

  /** The question was not answered. A block that was given all the same counts as held, and unspent. */
  unheard(place: HeldBlock | undefined): void {
    if (place !== undefined) place.asking = false;
  }

  /** @returns points of the term that were spent; `null`: not known any more */
  told([id, subject, term, free]: SentWord): number | null {
    const blocks = this.#held.get(id);
    const block = blocks?.get(subject);
    if (block === undefined) return null;
    if (free === null) {
      blocks?.delete(subject);
      this.#size -= 1;
    } else {
      block.word = [term, free];
      if (block.term === term) block.free = Math.min(block.free, free);
    }
    return block.term === term ? block.spent : 0;
  }

  #of(limit: LimitDefinition): Map<string, HeldBlock> {
    let blocks = this.#known.get(limit);
    if (blocks !== undefined) return blocks;
    const { id } = limitIdentity(limit);
    blocks = this.#held.get(id) ?? new Map();
    this.#held.set(id, blocks);
    this.#known.set(limit, blocks);
    return blocks;
  }

  #giveBack(charge: LimitCharge | undefined): void {
    const block = charge && this.#of(charge.limit).get(charge.subject);
    if (charge === undefined || block === undefined) return;
    block.left += charge.points;
    block.spent -= charge.points;
  }

  #hasRoom(now: number): boolean {
    if (this.#size < mostHeld) return true;
    if (now - this.#swept < sweepMs) return false;
    this.#swept = now;
    for (const blocks of this.#held.values())
      for (const [subject, { until, asking }] of blocks)
        if (now >= until && !asking) {
          blocks.delete(subject);
          this.#size -= 1;
        }
    return this.#size < mostHeld;
  }
}
