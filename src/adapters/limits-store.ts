import type { LimitsPort, Outage } from '../core/ports.ts';

/** A store of counters, with what operators may ask of it besides. */
export interface LimitsStore extends LimitsPort {
  /**
   * Forgets the counters of a party, those of its single images included.
   *
   * @param party a subject such as `project:<id>`, `user:<id>`, `address:<address>` or `*`.
   * @param limitName for one limit only.
   * @returns how many counters there were, or why the store did not answer.
   */
  reset(party: string, limitName?: string): Promise<number | Outage>;
}

/** Does this subject belong to the party? Its single images are counted under `<party>/...`. */
export const belongsTo = (party: string, subject: string): boolean =>
  subject === party || subject.startsWith(`${party}/`);
