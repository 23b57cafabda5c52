/**
 * What becomes of one global limit when replicas and requests grow: `node bench/limits-at-scale.ts`. Time is
 * simulated, so a minute of 1,000 replicas takes seconds; the costs of the store are those that
 * `bench/limits-store.ts` measured. Two ways are compared:
 *
 * - direct: each request asks the store, as the gateway does today;
 * - leases: a replica takes a part of what remains, spends it without asking, and gives back what it has not spent
 *   within a second. The part shrinks with what remains, so the end of an allowance is shared point by point.
 */

/** Microseconds of the store's one thread for a script over one counter. */
const callUs = 6.5;
/** A call that waits longer than this is given up (the gateway's budget). */
const budgetMs = 50;
const tickMs = 10;
const windowMs = 60_000;
/** How many leases share what remains, for each replica. */
const leasesPerReplica = 10;
const leaseMs = 1000;
/** How long a gateway remembers that a counter is used up, and how long it leaves a silent store alone. */
const memoryMs = 1000;
const probeMs = 100;

/** Uniform numbers in [0, 1) that are the same in each run (mulberry32). */
const randomOf = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** How many requests come in a tick where `mean` are expected: Poisson, by the normal law where that is near enough. */
const arrivals = (mean: number, random: () => number): number => {
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const end = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > end; product *= random()) count += 1;
  return count;
};

/** The part of the traffic that each replica gets: uneven, as behind a balancer that keeps connections (Zipf, 0.5). */
const sharesOf = (replicas: number): readonly number[] => {
  const weights = Array.from({ length: replicas }, (_, index) => 1 / Math.sqrt(index + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
};

interface Outcome {
  readonly calls: number;
  readonly admitted: number;
  /** Requests that were judged without the store, since it answered too late. */
  readonly late: number;
  readonly longestWaitMs: number;
}

/** The store's single thread as a queue: what it is asked beyond its time waits. */
class Store {
  calls = 0;
  longestWaitMs = 0;
  #backlogUs = 0;

  /** @returns milliseconds until calls of this tick are answered. */
  tick(calls: number): number {
    this.calls += calls;
    this.#backlogUs = Math.max(0, this.#backlogUs + calls * callUs - tickMs * 1000);
    const wait = this.#backlogUs / 1000;
    this.longestWaitMs = Math.max(this.longestWaitMs, Math.min(wait, budgetMs));
    // Nobody waits beyond the budget, so what would be asked later is not asked at all.
    if (wait > budgetMs) this.#backlogUs = budgetMs * 1000;
    return wait;
  }
}

/** Each request asks. A replica that waited too long leaves the store alone for a while and counts its share. */
const direct = (shares: readonly number[], perSecond: number, points: number): Outcome => {
  const random = randomOf(1);
  const store = new Store();
  const own = shares.map(() => ({ points: Math.floor(points / shares.length), knowsUntil: 0 }));
  let left = points;
  let admitted = 0;
  let late = 0;
  let backAt = 0;
  let owed = 0;
  for (let now = 0; now < windowMs; now += tickMs) {
    let calls = 0;
    if (now >= backAt) {
      left = Math.max(0, left - owed);
      owed = 0;
    }
    for (const [index, share] of shares.entries()) {
      const replica = own[index] as (typeof own)[number];
      const wanted = arrivals((share * perSecond * tickMs) / 1000, random);
      if (now < backAt) {
        late += wanted;
        const spent = Math.min(wanted, replica.points);
        replica.points -= spent;
        owed += spent;
        admitted += spent;
      } else if (now >= replica.knowsUntil) {
        calls += wanted;
        const spent = Math.min(wanted, left);
        left -= spent;
        replica.points = Math.max(0, replica.points - spent);
        admitted += spent;
        if (spent < wanted) replica.knowsUntil = now + memoryMs;
      }
    }
    if (store.tick(calls) > budgetMs) backAt = now + tickMs + probeMs;
  }
  return { calls: store.calls, admitted, late, longestWaitMs: store.longestWaitMs };
};

const leased = (shares: readonly number[], perSecond: number, points: number): Outcome => {
  const random = randomOf(1);
  const store = new Store();
  const held = shares.map(() => ({ points: 0, ends: 0, knowsUntil: 0 }));
  let left = points;
  let admitted = 0;
  for (let now = 0; now < windowMs; now += tickMs) {
    let calls = 0;
    for (const [index, share] of shares.entries()) {
      const lease = held[index] as (typeof held)[number];
      if (lease.points > 0 && lease.ends <= now) {
        left += lease.points;
        lease.points = 0;
        calls += 1;
      }
      const wanted = arrivals((share * perSecond * tickMs) / 1000, random);
      if (wanted > lease.points && now >= lease.knowsUntil) {
        const part = Math.floor(left / (leasesPerReplica * shares.length));
        const granted = Math.min(left, Math.max(wanted - lease.points, part));
        calls += 1;
        left -= granted;
        lease.points += granted;
        lease.ends = now + leaseMs;
        if (granted === 0) lease.knowsUntil = now + memoryMs;
      }
      const spent = Math.min(wanted, lease.points);
      lease.points -= spent;
      admitted += spent;
    }
    store.tick(calls);
  }
  return { calls: store.calls, admitted, late: 0, longestWaitMs: store.longestWaitMs };
};

const columns = [
  'replicas',
  'requests/s',
  'way',
  'calls/s',
  'store busy',
  'longest wait',
  'let through',
  'without store',
];
const widths = [10, 12, 8, 12, 12, 14, 13, 15];
const print = (cells: readonly (string | number)[]): void => {
  const row = cells.map((cell, column) => String(cell).padStart(widths[column] ?? 0)).join('');
  process.stdout.write(`${row}\n`);
};
const percent = (part: number): string => `${(part * 100).toFixed(part < 0.1 ? 2 : 1)} %`;

print(columns);
for (const [replicas, perSecond] of [
  [10, 10_000],
  [50, 50_000],
  [100, 100_000],
  [150, 150_000],
  [200, 200_000],
  [500, 500_000],
  [1000, 1_000_000],
] as const) {
  // Half of what is asked for fits, so the limit is reached in the middle of the window.
  const points = (perSecond * windowMs) / 2000;
  for (const [way, simulate] of [
    ['direct', direct],
    ['leases', leased],
  ] as const) {
    const { calls, admitted, late, longestWaitMs } = simulate(sharesOf(replicas), perSecond, points);
    const callsPerSecond = (calls / windowMs) * 1000;
    print([
      replicas,
      perSecond,
      way,
      callsPerSecond.toFixed(0),
      percent(Math.min(1, (callsPerSecond * callUs) / 1_000_000)),
      `${longestWaitMs.toFixed(1)} ms`,
      percent(admitted / points),
      percent(late / ((perSecond * windowMs) / 1000)),
    ]);
  }
}
