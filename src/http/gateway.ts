import type { ForwardPort } from '../core/forward.ts';
import type { Log } from '../core/log.ts';
import type { ClockPort, TokensPort } from '../core/ports.ts';
import type { Tracing } from '../core/tracing.ts';
import type { Watchdog } from '../core/watchdog.ts';
import type { TrustedPeers } from '../pipeline/client-address.ts';
import type { Snapshot } from '../pipeline/compile.ts';
import type { Lookups } from '../pipeline/exchange.ts';
import type { Finished } from '../pipeline/records.ts';
import type { RequestMeters } from '../pipeline/request-meters.ts';
import type { Candidate } from '../pipeline/snapshots.ts';
import type { Load } from './load.ts';

/** What a request needs on its way, made once at the start. */
export interface Gateway {
  /** Read once per request: the snapshot that judges it to its end, and the candidate that may take its place. */
  readonly snapshots: { readonly current: Snapshot; readonly candidate: Candidate | undefined };
  /** Asked for a request's project, while a candidate is staged. */
  readonly tokens: TokensPort;
  readonly forwarder: ForwardPort;
  readonly lookups: Lookups;
  readonly clock: ClockPort;
  readonly log: Log;
  readonly trusted: TrustedPeers;
  readonly meters: RequestMeters;
  /** Headers that claimed an identity or a trusted name. */
  readonly spoofed: { inc(by?: number): void };
  readonly record: (finished: Finished) => void;
  readonly load: Load;
  /** `undefined`: nobody records spans. */
  readonly tracing?: Tracing | undefined;
  /** Bounds the time for a whole body that is judged. */
  readonly bodyWatchdog: Watchdog;
}
