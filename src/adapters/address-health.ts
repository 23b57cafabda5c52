/** When an address that fails is left out of the choice, and for how long. */
export interface EjectionRules {
  /** Failed exchanges in a row; a connection that cannot be made is enough by itself. */
  readonly failures: number;
  /** Milliseconds of the first ejection; each further one lasts twice as long. */
  readonly firstMs: number;
  /** Milliseconds of the longest. */
  readonly longestMs: number;
}

export const defaultEjection: EjectionRules = Object.freeze({
  failures: 5,
  firstMs: 1000,
  longestMs: 60_000,
});

/**
 * How an exchange with an address ended, as far as its health goes. `unreached`: no connection, nothing was sent.
 * `nothing`: the client left, or the request itself was at fault.
 */
export type AddressEnding = 'well' | 'failed' | 'unreached' | 'nothing';

/** What changed for the address, for the log. */
export type HealthChange = { readonly kind: 'ejected'; readonly forMs: number } | { readonly kind: 'back' };

/**
 * The health of one address: what exchanges with it were like, and what checks say. An address that comes back is on
 * trial: it gets single requests, as far apart as the first ejection is long, until one of them ends well.
 */
export class AddressHealth {
  readonly #rules: EjectionRules;
  /** From 0 to 1: spreads the returns, so that many gateways do not come back to an address at once. */
  readonly #random: () => number;
  inFlight = 0;
  /** Milliseconds of the clock that was given; 0: never ejected. */
  #ejectedUntil = 0;
  #failures = 0;
  #ejections = 0;
  #onTrial = false;
  /** When the last request on trial was sent. */
  #triedAt = 0;
  /** What the active checks say; true where there are none. */
  passesChecks = true;

  constructor(rules: EjectionRules, random: () => number) {
    this.#rules = rules;
    this.#random = random;
  }

  /** May a request be sent to it? @param now milliseconds */
  available(now: number): boolean {
    if (!this.passesChecks || now < this.#ejectedUntil) return false;
    return !this.#onTrial || now - this.#triedAt >= this.#rules.firstMs;
  }

  began(now: number): void {
    this.inFlight++;
    if (this.#onTrial) this.#triedAt = now;
  }

  /** Neither ejected, nor on trial, nor failing its checks. */
  get up(): boolean {
    return this.passesChecks && !this.#onTrial;
  }

  ended(ending: AddressEnding, now: number): HealthChange | undefined {
    this.inFlight--;
    if (ending === 'nothing' || now < this.#ejectedUntil) return undefined;
    if (ending === 'well') {
      this.#failures = 0;
      if (!this.#onTrial) return undefined;
      this.#onTrial = false;
      return { kind: 'back' };
    }
    this.#failures++;
    if (ending === 'failed' && !this.#onTrial && this.#failures < this.#rules.failures) return undefined;
    return this.#eject(now);
  }

  /** The checks have found it well again: nobody needs to wait for the end of an ejection. */
  recovered(): void {
    this.passesChecks = true;
    this.#ejectedUntil = 0;
    this.#failures = 0;
    this.#onTrial = false;
  }

  #eject(now: number): HealthChange {
    const { firstMs, longestMs } = this.#rules;
    // Only an address that kept well for long begins anew: one that comes and goes is left alone for longer and longer.
    if (now - this.#ejectedUntil > longestMs) this.#ejections = 0;
    const forMs = Math.min(firstMs * 2 ** this.#ejections, longestMs) * (0.9 + this.#random() * 0.2);
    this.#ejections = Math.min(this.#ejections + 1, 30);
    this.#ejectedUntil = now + forMs;
    this.#failures = 0;
    this.#onTrial = true;
    this.#triedAt = 0;
    return { kind: 'ejected', forMs: Math.round(forMs) };
  }
}
