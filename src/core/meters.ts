/** A metric's name, meaning and the closed set of its labels. Names follow Prometheus: base units, `_total`. */
export interface MetricSpec<L extends string = string> {
  readonly name: `images_gateway_${string}`;
  readonly help: string;
  readonly labels: readonly L[];
  /** How the values of several workers become the one of the gateway; their sum when left out. For gauges. */
  readonly acrossWorkers?: 'min' | 'max';
}

export type Labels<L extends string> = Readonly<Record<L, string>>;

export interface CounterSeries {
  inc(by?: number): void;
}
export interface GaugeSeries {
  set(value: number): void;
}
export interface HistogramSeries {
  /**
   * @param value seconds or bytes: the base unit of the metric's name.
   * @param traced of a request whose trace is recorded: 32 hex digits, and seconds since the epoch.
   */
  observe(value: number, traced?: { readonly traceId: string; readonly at: number }): void;
}

/** A family of series. `at` resolves the labels once, at load; the hot path only counts. */
export interface Family<L extends string, Series> {
  at(labels: Labels<L>): Series;
}

/**
 * The one way to count. Each component declares its metrics beside its code; declaring the same name twice gives
 * the same family. Labels are bounded: past `maxSeries` a family's further label sets fold into `other`.
 */
export interface Meters {
  counter<L extends string>(spec: MetricSpec<L>): Family<L, CounterSeries>;
  gauge<L extends string>(spec: MetricSpec<L>): Family<L, GaugeSeries>;
  /** A gauge whose value is read when it is scraped. */
  observed(spec: MetricSpec<never>, read: () => number): void;
  histogram<L extends string>(
    spec: MetricSpec<L> & { readonly buckets: readonly number[] },
  ): Family<L, HistogramSeries>;
}

/** Buckets of request durations in seconds (OpenTelemetry semantic conventions, HTTP metrics). */
export const durationBuckets: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
