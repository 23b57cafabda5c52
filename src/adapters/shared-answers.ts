import type { ClockPort } from '../core/ports.ts';
import { createLru } from './lru.ts';

/** Most answers kept; each lives for two seconds at most. */
const maxEntries = 5000;

interface Entry<T> {
  readonly answer: Promise<T>;
  /** Milliseconds since the epoch at which the question was asked. */
  readonly askedAt: number;
}

/**
 * Answers that concurrent requests share, and that may be reused for a moment. The age counts from the question:
 * what was true when it was asked may have changed before the answer came.
 */
export class SharedAnswers<T> {
  readonly #entries = createLru<string, Entry<T>>(maxEntries);
  readonly #clock: ClockPort;
  readonly #maxAgeMs: number;
  readonly #keep: (answer: T) => boolean;

  /** @param keep whether an answer may be reused; failures are shared only while they are being waited for. */
  constructor(clock: ClockPort, maxAgeMs: number, keep: (answer: T) => boolean) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    this.#keep = keep;
  }

  /** @param fresh asks anew, for a caller that holds a lease and must see what happened before it. */
  get(key: string, ask: () => Promise<T>, fresh: boolean): Promise<T> {
    const now = this.#clock.now();
    const known = this.#entries.get(key);
    if (!fresh && known !== undefined && now - known.askedAt < this.#maxAgeMs) return known.answer;
    const entry: Entry<T> = { answer: ask(), askedAt: now };
    this.#entries.set(key, entry);
    const forget = (): void => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.answer.then((answer) => {
      if (!this.#keep(answer)) forget();
    }, forget);
    return entry.answer;
  }
}
