import type { LimitCharge, LimitState } from '../core/ports.ts';
import { owedScript } from './limits-script.ts';
import type { Redis } from './redis-client.ts';

interface Owed {
  points: number;
  /** When the gateway's own window ends, on a clock that is never set. */
  ends: number;
}

const maxKeys = 10_000;

/**
 * What this gateway let through by itself while Redis was away. It is charged when Redis is back, so that nobody gets
 * a second allowance out of an outage.
 */
export class OwedCharges {
  #owed = new Map<string, Owed>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that is never set. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param states what was answered; empty where nothing was counted. */
  note(charges: readonly LimitCharge[], keys: readonly string[], states: readonly LimitState[]): void {
    if (states.some(({ exceeded, limit }) => exceeded && limit.mode === 'enforce')) return;
    for (const [index, { exceeded, resetMs }] of states.entries()) {
      const key = keys[index];
      const charge = charges[index];
      if (exceeded || key === undefined || charge === undefined) continue;
      const owed = this.#owed.get(key);
      const ends = this.#now() + resetMs;
      if (owed === undefined) {
        if (this.#owed.size < maxKeys) this.#owed.set(key, { points: charge.points, ends });
      } else {
        // A window that has ended meanwhile is no longer owed.
        owed.points = owed.ends <= this.#now() ? charge.points : owed.points + charge.points;
        owed.ends = ends;
      }
    }
  }

  /** Charges it. What cannot be charged, because Redis goes away again, is let go: it was let through anyway. */
  async pay(redis: Redis): Promise<void> {
    const owed = this.#owed;
    this.#owed = new Map();
    const now = this.#now();
    for (const [key, { points, ends }] of owed)
      if (ends > now) await redis.run(owedScript, [key], [points, Math.ceil(ends - now)]);
  }
}
