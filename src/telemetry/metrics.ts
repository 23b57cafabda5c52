import {
  AggregatorRegistry,
  Counter,
  Gauge,
  type Metric,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import type { Family, Labels, Meters, MetricSpec } from '../core/meters.ts';
import { EventLoopLag } from './event-loop-lag.ts';
import { exemplarsOf, openMetricsOf, openMetricsType } from './open-metrics.ts';
import { PlainCounter, PlainHistogram } from './plain-series.ts';
import { tellProcess } from './process-families.ts';

/** Label sets per family. Beyond it the values become `other`: labels are for bounded sets, and a bug must not eat the heap. */
const maxSeries = 500;

/** What one process has counted, as plain values. */
export type MetricsReport = MetricObjectWithValues<MetricValue<string>>[];

/** What the client's own families say of one process each, and what of all of them tells most. */
const acrossWorkers: Readonly<Record<string, 'min' | 'max'>> = {
  process_start_time_seconds: 'min',
};

/** The sum of several reports, by the rule of each family. */
const summed = (reports: readonly MetricsReport[]): Registry =>
  AggregatorRegistry.aggregate(
    reports.map((report) =>
      report.map((family) => ({
        ...family,
        // What is no number does not survive JSON.
        values: family.values.filter(({ value }) => value !== null),
        aggregator: acrossWorkers[family.name] ?? family.aggregator,
      })),
    ),
  );

/** What a family that only grows counted in processes that have ended must stay counted. */
export const lasting = async (reports: readonly MetricsReport[]): Promise<MetricsReport> => {
  const growing = reports.map((report) =>
    report.filter(({ type }) => ['counter', 'histogram'].includes(String(type))),
  );
  return summed(growing).getMetricsAsJSON();
};

/** What a scraper is answered. */
export interface Exposition {
  readonly body: string;
  readonly contentType: string;
}

/** The exposition text of several processes as one, in OpenMetrics or in the older text format. */
export const scrapeOf = async (
  reports: readonly MetricsReport[],
  openMetrics = false,
): Promise<Exposition> => {
  const all = summed(reports);
  if (openMetrics)
    return {
      body: openMetricsOf(await all.getMetricsAsJSON(), exemplarsOf(reports)),
      contentType: openMetricsType,
    };
  return { body: await all.metrics(), contentType: all.contentType };
};

/** The registry that `/metrics` prints. The only importer of prom-client, which is about to change its name. */
export class Metrics implements Meters {
  readonly #registry = new Registry();
  readonly #families = new Map<string, Family<string, unknown>>();
  readonly #overflow: Counter;
  /** Of the process that counts. */
  readonly loopLag = new EventLoopLag();

  constructor() {
    tellProcess(
      this.#registry,
      this.loopLag,
      (options) => new Gauge({ ...options, registers: [this.#registry] }),
    );
    // Gauges that are named like counters, which `promtool check metrics` refuses; the same stands in those without it.
    for (const name of ['handles', 'requests', 'resources'])
      this.#registry.removeSingleMetric(`nodejs_active_${name}_total`);
    this.#overflow = new Counter({
      name: 'images_gateway_label_overflow_total',
      help: 'Label sets that were folded into "other" because a metric had too many.',
      registers: [this.#registry],
    });
  }

  counter<L extends string>(spec: MetricSpec<L>) {
    return this.#family(spec, () => {
      const all: { readonly labels: Labels<string>; readonly series: PlainCounter }[] = [];
      new Counter({
        ...this.#options(spec),
        collect() {
          this.reset();
          for (const { labels, series } of all) this.inc(labels, series.value);
        },
      });
      return (labels: Labels<string>) => {
        const series = new PlainCounter();
        all.push({ labels, series });
        return series;
      };
    });
  }

  gauge<L extends string>(spec: MetricSpec<L>) {
    return this.#family(spec, () => {
      const gauge = new Gauge({ ...this.#options(spec) });
      return (labels: Labels<string>) => (spec.labels.length === 0 ? gauge : gauge.labels(labels));
    });
  }

  observed(spec: MetricSpec<never>, read: () => number): void {
    new Gauge({
      ...this.#options(spec),
      collect() {
        this.set(read());
      },
    });
  }

  histogram<L extends string>(spec: MetricSpec<L> & { readonly buckets: readonly number[] }) {
    return this.#family(spec, () => {
      const { name, help } = spec;
      const all: { readonly labels: Labels<string>; readonly series: PlainHistogram }[] = [];
      const get = async () => ({
        name,
        help,
        type: 'histogram',
        values: all.flatMap(({ labels, series }) => series.samples(name, labels)),
        aggregator: 'sum',
      });
      // A registry asks a metric for its name and for what `get` gives; the type asks for all of prom-client's classes.
      this.#registry.registerMetric({ name, get } as unknown as Metric);
      return (labels: Labels<string>) => {
        const series = new PlainHistogram(spec.buckets);
        all.push({ labels, series });
        return series;
      };
    });
  }

  /** The exposition text and its content type: OpenMetrics, or the older text format. */
  async scrape(openMetrics = false): Promise<Exposition> {
    if (openMetrics) return { body: openMetricsOf(await this.report()), contentType: openMetricsType };
    return { body: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  /** All that was counted, to be sent to another process. */
  report(): Promise<MetricsReport> {
    return this.#registry.getMetricsAsJSON();
  }

  #options({ name, help, labels, acrossWorkers: rule }: MetricSpec<string>) {
    return {
      name,
      help,
      labelNames: [...labels],
      aggregator: rule ?? ('sum' as const),
      registers: [this.#registry],
    };
  }

  #family<L extends string, Series>(
    spec: MetricSpec<L>,
    build: () => (labels: Labels<string>) => Series,
  ): Family<L, Series> {
    const known = this.#families.get(spec.name);
    if (known !== undefined) return known as Family<L, Series>;
    const make = build();
    const series = new Map<string, Series>();
    const at = (labels: Labels<string>): Series => {
      const key = spec.labels.map((label) => labels[label]).join('\u0000');
      const found = series.get(key);
      if (found !== undefined) return found;
      if (series.size >= maxSeries && spec.labels.some((label) => labels[label] !== 'other')) {
        this.#overflow.inc();
        return at(Object.fromEntries(spec.labels.map((label) => [label, 'other'])));
      }
      const made = make(labels);
      series.set(key, made);
      return made;
    };
    if (spec.labels.length === 0) at({});
    const family: Family<L, Series> = { at };
    this.#families.set(spec.name, family as Family<string, unknown>);
    return family;
  }
}
