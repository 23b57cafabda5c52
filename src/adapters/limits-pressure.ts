import type { LimitCharge, LimitState } from '../core/ports.ts';
import type { Pressure } from '../core/pressure.ts';

interface Entry {
  readonly limit: string;
  readonly party: string;
  used: number;
  points: number;
  refused: number;
  ends: number;
}

const most = 200;

/**
 * Remembers which parties press on which limits, for operators: the ids of projects have no place in the labels of
 * metrics. Bounded; of the entries past the bound the one that was refused least is forgotten.
 */
export class PressureGauge {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that is never set. */
  constructor(now: () => number) {
    this.#now = now;
  }

  note({ subject }: LimitCharge, { limit, remaining, resetMs, exceeded }: LimitState): void {
    const key = `${limit.name}\n${subject}`;
    const now = this.#now();
    let entry = this.#entries.get(key);
    if (entry === undefined || entry.ends <= now) {
      if (entry === undefined && this.#entries.size >= most) this.#makeRoom(now);
      entry = { limit: limit.name, party: subject, used: 0, points: 0, refused: 0, ends: 0 };
      this.#entries.set(key, entry);
    }
    entry.used = limit.points - remaining;
    entry.points = limit.points;
    entry.ends = now + resetMs;
    if (exceeded) entry.refused += 1;
  }

  forget(isMeant: (subject: string) => boolean): void {
    for (const [key, { party }] of this.#entries) if (isMeant(party)) this.#entries.delete(key);
  }

  /** The most refused and fullest first. */
  report(): readonly Pressure[] {
    const now = this.#now();
    return [...this.#entries.values()]
      .filter(({ ends }) => ends > now)
      .sort((a, b) => b.refused - a.refused || b.used / b.points - a.used / a.points)
      .map(({ ends, ...entry }) => ({ ...entry, resetMs: Math.ceil(ends - now) }));
  }

  #makeRoom(now: number): void {
    let least: string | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [key, { ends, refused }] of this.#entries) {
      if (ends <= now) this.#entries.delete(key);
      else if (refused < fewest) {
        fewest = refused;
        least = key;
      }
    }
    if (this.#entries.size >= most && least !== undefined) this.#entries.delete(least);
  }
}
