import type { FaultSpec } from '../core/fault.ts';
import type { CounterSeries, HistogramSeries } from '../core/meters.ts';
import type { Operation } from '../core/operation.ts';
import type { Exemption, Mode, Route, SourcePlace } from '../core/policy.ts';
import type { Check } from '../core/stage.ts';
import type { StageVerdict } from './exchange.ts';

/** Counters of one stage's use, their labels resolved at load. */
export interface StepMeters {
  readonly pass: CounterSeries;
  readonly relay: CounterSeries;
  readonly error: CounterSeries;
  /** By fault: what was denied, and what would have been. */
  readonly denials: ReadonlyMap<string, CounterSeries>;
  readonly flags: ReadonlyMap<string, CounterSeries>;
  /** Seconds, of checks that had to wait for the outside. */
  readonly duration: HistogramSeries;
}

/** One step of a compiled chain. */
export interface Step {
  readonly stage: string;
  readonly mode: Exclude<Mode, 'off'>;
  readonly check: Check;
  readonly faults: Readonly<Record<string, FaultSpec>>;
  /** What the runner must have ready: the caller, the body, what the body asks for. */
  readonly needsIdentity: boolean;
  readonly needsBody: boolean;
  readonly needsIntent: boolean;
  readonly at: SourcePlace;
  /** Milliseconds since the epoch from which on a stage in flag mode enforces. */
  readonly enforcedFrom: number | undefined;
  /** Of this stage on this route. */
  readonly exemptions: readonly Exemption[];
  readonly meters: StepMeters;
  /** For the decision record: most steps pass, and say no more than that. */
  readonly passed: StageVerdict;
}

/** A route, ready to judge requests. */
export interface Chain {
  readonly route: Route;
  readonly operations: readonly Operation[];
  readonly steps: readonly Step[];
  /** A step tells who calls. */
  readonly identifies: boolean;
}
