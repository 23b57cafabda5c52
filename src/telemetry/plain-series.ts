/**
 * Series that are counted in plain numbers and told only when they are scraped. prom-client checks and hashes the
 * labels of a series each time it counts, ten times a request; see docs/adr/013-where-the-time-goes.md.
 */

export class PlainCounter {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }
}

/** One line of the exposition, as a registry of prom-client wants it. */
export interface HistogramSample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

/** The last traced request of a bucket, so that one comes from a slow bucket to a trace of it. */
export interface Exemplar {
  /** 32 hex digits. */
  readonly traceId: string;
  /** What was observed. */
  readonly value: number;
  /** Seconds since the epoch. */
  readonly at: number;
}

export class PlainHistogram {
  readonly #bounds: readonly number[];
  /** How many values fell into each bucket and no lower one; the last is for values above all bounds. */
  readonly #buckets: number[];
  #sum = 0;
  /** By bucket; `undefined` as long as no request was traced. */
  #exemplars: Exemplar[] | undefined;

  /** @param bounds upper ends of the buckets, rising */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#buckets = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number, traced?: Omit<Exemplar, 'value'>): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at++;
    (this.#buckets[at] as number)++;
    this.#sum += value;
    if (traced === undefined) return;
    this.#exemplars ??= [];
    this.#exemplars[at] = { traceId: traced.traceId, value, at: traced.at };
  }

  /** Buckets count all that lies below them too, which is how Prometheus wants them. */
  samples(name: string, labels: Readonly<Record<string, string>>): HistogramSample[] {
    let count = 0;
    const samples: HistogramSample[] = this.#buckets.map((own, index) => {
      count += own;
      const le = this.#bounds[index] ?? '+Inf';
      const sample = { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
      const exemplar = this.#exemplars?.[index];
      return exemplar === undefined ? sample : { ...sample, exemplar };
    });
    samples.push({ metricName: `${name}_sum`, labels, value: this.#sum });
    samples.push({ metricName: `${name}_count`, labels, value: count });
    return samples;
  }
}
