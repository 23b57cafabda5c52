/** All that a run has found; what was not asked for is `undefined`. */
import type { Cost } from './cost.ts';
import type { Probe } from './equality.ts';
import type { AddedLatency } from './latency.ts';
import type { Starts } from './starts.ts';
import type { Streamed } from './streaming.ts';

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly rounds: number;
  readonly cost: readonly Cost[];
  /** By the id of the row. */
  readonly equality: ReadonlyMap<string, readonly Probe[]>;
  readonly latency: readonly AddedLatency[] | undefined;
  readonly streaming: readonly Streamed[] | undefined;
  readonly starts: readonly Starts[] | undefined;
  /** Microseconds a request, by group; the largest first. */
  readonly profile: readonly (readonly [string, number])[] | undefined;
}
