import type { ClockPort } from '../core/ports.ts';
import type { StageVerdict } from './exchange.ts';
import type { Finished } from './records.ts';

/** What happened in a few seconds. */
export interface ActivityPoint {
  /** Milliseconds since the epoch at which it begins. */
  readonly at: number;
  readonly requests: number;
  readonly refused: number;
  /** Answers 5xx, whoever made them. */
  readonly failed: number;
  /** Milliseconds of all requests together. */
  readonly spentMs: number;
}

/** A refusal as its decision line tells it: no token, no value, no query. */
export interface RefusalRecord {
  readonly at: number;
  readonly request: string;
  readonly method: string;
  readonly path: string;
  readonly client: string;
  readonly status: number;
  readonly fault: string;
  readonly route: string;
  readonly operation: string | undefined;
  readonly user: string | undefined;
  readonly project: string | undefined;
  readonly revision: string;
  readonly ms: number;
  readonly verdicts: readonly StageVerdict[];
}

const slotMs = 5000;
const slots = 120;
const kept = 200;

interface Slot {
  at: number;
  requests: number;
  refused: number;
  failed: number;
  spentMs: number;
  readonly faults: Map<string, number>;
}

/** The last ten minutes of this process in memory, for the status page. Bounded: it grows with nothing. */
export class Activity {
  readonly #clock: ClockPort;
  readonly #slots: Slot[] = [];
  readonly #refusals: RefusalRecord[] = [];

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  record(finished: Finished): void {
    const now = this.#clock.now();
    const slot = this.#slot(now);
    slot.requests++;
    slot.spentMs += finished.seconds * 1000;
    if (finished.status >= 500) slot.failed++;
    const { fault } = finished;
    if (fault === undefined) return;
    if (finished.ending === 'refused') slot.refused++;
    slot.faults.set(fault, (slot.faults.get(fault) ?? 0) + 1);
    if (this.#refusals.length === kept) this.#refusals.shift();
    this.#refusals.push(refusalOf(finished, fault, now));
  }

  /** One point for each five seconds, the oldest first; the last one is not over yet. */
  points(): readonly ActivityPoint[] {
    const current = this.#slot(this.#clock.now()).at;
    const known = new Map(this.#slots.map((slot) => [slot.at, slot]));
    return Array.from({ length: slots }, (_, index) => {
      const at = current - (slots - 1 - index) * slotMs;
      const { requests = 0, refused = 0, failed = 0, spentMs = 0 } = known.get(at) ?? {};
      return { at, requests, refused, failed, spentMs };
    });
  }

  /** How often each fault was answered in the time of the points; the most frequent first. */
  faults(): readonly { readonly fault: string; readonly count: number }[] {
    const counts = new Map<string, number>();
    const oldest = this.#slot(this.#clock.now()).at - slots * slotMs;
    for (const slot of this.#slots) {
      if (slot.at <= oldest) continue;
      for (const [fault, count] of slot.faults) counts.set(fault, (counts.get(fault) ?? 0) + count);
    }
    return [...counts].map(([fault, count]) => ({ fault, count })).sort((a, b) => b.count - a.count);
  }

  /** The last refusals, the newest first. */
  refusals(): readonly RefusalRecord[] {
    return this.#refusals.toReversed();
  }

  #slot(now: number): Slot {
    const at = now - (now % slotMs);
    const last = this.#slots.at(-1);
    // A clock that was set back must not make slots out of order.
    if (last !== undefined && last.at >= at) return last;
    const slot = { at, requests: 0, refused: 0, failed: 0, spentMs: 0, faults: new Map() };
    this.#slots.push(slot);
    if (this.#slots.length > slots) this.#slots.shift();
    return slot;
  }
}

const refusalOf = (finished: Finished, fault: string, at: number): RefusalRecord => {
  const { exchange } = finished;
  return {
    at,
    request: finished.requestId,
    method: finished.method,
    // Long enough for every path of the API; a client may send one of kilobytes.
    path: finished.path.slice(0, 300),
    client: finished.clientAddress,
    status: finished.status,
    fault,
    route: finished.route,
    operation: exchange?.operation?.name,
    user: exchange?.identity?.user.id,
    project: exchange?.identity?.project?.id,
    revision: finished.revision,
    ms: Math.round(finished.seconds * 1e6) / 1000,
    verdicts: exchange?.verdicts ?? [],
  };
};
