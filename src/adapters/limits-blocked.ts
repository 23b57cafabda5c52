import type { LimitCharge, LimitState } from '../core/ports.ts';

/** Milliseconds that a refusal is remembered: so long may `limits reset` go unnoticed by a gateway. */
const longestMs = 1000;
const maxSubjects = 10_000;

interface Blocked {
  /** When to ask the store again, and when the window ends; on the same clock. */
  readonly until: number;
  readonly ends: number;
}

/**
 * Remembers for a moment which counters are used up. Within a window they cannot become free again, so a flood of
 * requests that will be refused costs the store nothing.
 */
export class BlockedCounters {
  readonly #held = new Map<string, Blocked>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that is never set. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The state of a counter that is known to be used up. */
  state(key: string, { limit }: LimitCharge): LimitState | undefined {
    const blocked = this.#held.get(key);
    if (blocked === undefined) return undefined;
    const now = this.#now();
    if (now < blocked.until) return { limit, remaining: 0, resetMs: blocked.ends - now, exceeded: true };
    this.#held.delete(key);
    return undefined;
  }

  /** After a reset: what is known is out of date. */
  forgetAll(): void {
    this.#held.clear();
  }

  learn(key: string, { limit, remaining, resetMs, exceeded }: LimitState): void {
    if (!exceeded || remaining > 0 || limit.mode !== 'enforce') return;
    if (this.#held.size >= maxSubjects) this.#held.clear();
    const now = this.#now();
    this.#held.set(key, { until: now + Math.min(resetMs, longestMs), ends: now + resetMs });
  }
}
