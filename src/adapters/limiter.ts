import { createRequire } from 'node:module';
import type * as flexible from 'rate-limiter-flexible';

type RateLimiterRes = flexible.RateLimiterRes;

// From its own file: the package's index loads the limiters of fifteen databases, which nobody here asks.
const RateLimiterMemory: typeof flexible.RateLimiterMemory = createRequire(import.meta.url)(
  'rate-limiter-flexible/lib/RateLimiterMemory.js',
);

/** The part of the library's memory storage that is used here. Its public methods give the same, but as promises. */
interface CounterStorage {
  readonly _storage: ReadonlyMap<string, unknown>;
  get(key: string): RateLimiterRes | null;
  incrby(key: string, points: number, seconds: number): RateLimiterRes;
  delete(key: string): boolean;
}

export interface WindowCount {
  readonly consumed: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** The counters of one limit in this process, one for each subject, each with a window from its first hit. */
export interface Windows {
  /** `undefined`: no window has begun. */
  peek(subject: string): WindowCount | undefined;
  charge(subject: string, points: number): WindowCount;
  forget(subject: string): boolean;
  subjects(): IterableIterator<string>;
  readonly size: number;
}

/**
 * rate-limiter-flexible's memory limiter with a synchronous answer and a bound. Several limits must be looked at
 * before any is charged, with nothing in between; the library's promises cannot promise that (see docs/adr).
 */
class MemoryWindows extends RateLimiterMemory implements Windows {
  declare private readonly _memoryStorage: CounterStorage;
  readonly #maxSubjects: number;
  /**
   * Goes through the subjects from the oldest on. It is kept, because what was deleted stays in a Map as a gap for a while,
   * and each walk from the start would step over all the gaps again.
   */
  #oldest: Iterator<string> | undefined;

  constructor(points: number, seconds: number, maxSubjects: number) {
    super({ points, duration: seconds, keyPrefix: '' });
    this.#maxSubjects = maxSubjects;
    if (!(this._memoryStorage?._storage instanceof Map))
      throw new Error('This release of rate-limiter-flexible keeps its counters in another way than 11.4.0.');
  }

  peek(subject: string): WindowCount | undefined {
    const found = this._memoryStorage.get(subject);
    // A window that is over is still there until its timer has run.
    return found === null || found.msBeforeNext <= 0 ? undefined : this.#count(found);
  }

  charge(subject: string, points: number): WindowCount {
    const held = this._memoryStorage._storage;
    // All windows of a limit are equally long, so the first one in the map is nearest to its end: forgetting it forgives
    // the least.
    if (held.size >= this.#maxSubjects && !held.has(subject)) this.#forgetOldest();
    return this.#count(this._memoryStorage.incrby(subject, points, this.duration));
  }

  forget(subject: string): boolean {
    return this._memoryStorage.delete(subject);
  }

  #forgetOldest(): void {
    let next = this.#oldest?.next();
    if (next === undefined || next.done === true) {
      this.#oldest = this.subjects();
      next = this.#oldest.next();
    }
    if (next.done !== true) this._memoryStorage.delete(next.value);
  }

  subjects(): IterableIterator<string> {
    return this._memoryStorage._storage.keys();
  }

  get size(): number {
    return this._memoryStorage._storage.size;
  }

  #count(found: RateLimiterRes): WindowCount {
    // The library reckons with the wall clock. When that is set back, a window seems longer than it can be; its
    // timer, which does not follow the wall clock, still ends it in time.
    return { consumed: found.consumedPoints, resetMs: Math.min(found.msBeforeNext, this.msDuration) };
  }
}

/**
 * @param points allowance of a window.
 * @param seconds length of a window.
 * @param maxSubjects how many subjects are remembered at most.
 */
export const memoryWindows = (points: number, seconds: number, maxSubjects: number): Windows =>
  new MemoryWindows(points, seconds, maxSubjects);
