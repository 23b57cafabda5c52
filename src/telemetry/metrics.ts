import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Family, Labels, Meters, MetricSpec } from '../core/meters.ts';

/** Label sets per family. Beyond it the values become `other`: labels are for bounded sets, and a bug must not eat the heap. */
const maxSeries = 500;

/** The registry that `/metrics` prints. The only importer of prom-client, which is about to change its name. */
export class Metrics implements Meters {
  readonly #registry = new Registry();
  readonly #families = new Map<string, Family<string, unknown>>();
  readonly #overflow: Counter;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
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
      const counter = new Counter({ ...this.#options(spec) });
      if (spec.labels.length === 0) return () => counter;
      return (labels: Labels<string>) => {
        const child = counter.labels(labels);
        child.inc(0);
        return child;
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
      const histogram = new Histogram({ ...this.#options(spec), buckets: [...spec.buckets] });
      return (labels: Labels<string>) => {
        if (spec.labels.length === 0) return histogram;
        histogram.zero(labels);
        return histogram.labels(labels);
      };
    });
  }

  /** The exposition text and its content type. */
  async scrape(): Promise<{ readonly body: string; readonly contentType: string }> {
    return { body: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  #options(spec: MetricSpec<string>) {
    return { name: spec.name, help: spec.help, labelNames: [...spec.labels], registers: [this.#registry] };
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
