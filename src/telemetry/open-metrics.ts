import type { MetricsReport } from './metrics.ts';
import type { Exemplar } from './plain-series.ts';

/** One value of a family; buckets may have an example of what fell into them. */
type Value = MetricsReport[number]['values'][number] & {
  readonly metricName?: string;
  /** `null` in families of prom-client's own that came from another process. */
  readonly exemplar?: Exemplar | null;
};

export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/**
 * The text format of OpenMetrics 1.0. Values are written as the older format writes them, bounds of buckets too: a
 * scraper that changes the format must find the same series.
 *
 * @param exemplars by the line that they stand behind, where a sum over processes has lost them
 */
export const openMetricsOf = (
  report: MetricsReport,
  exemplars: ReadonlyMap<string, Exemplar> = new Map(),
): string => {
  const lines: string[] = [];
  for (const { name, help, type, values } of report) {
    const counter = String(type) === 'counter';
    // The family of a counter has no suffix, its sample has one (OpenMetrics 1.0, "Counter").
    const family = counter ? name.replace(/_total$/, '') : name;
    lines.push(`# HELP ${family} ${escaped(help)}`, `# TYPE ${family} ${type}`);
    for (const value of values as Value[]) {
      const series = seriesOf(value, counter ? `${family}_total` : family);
      const exemplar = value.exemplar ?? exemplars.get(series);
      lines.push(
        `${series} ${numberText(value.value)}${exemplar === undefined ? '' : exemplarText(exemplar)}`,
      );
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
};

/** The newest exemplars of several processes, by the line that each stands behind. */
export const exemplarsOf = (reports: readonly MetricsReport[]): ReadonlyMap<string, Exemplar> => {
  const newest = new Map<string, Exemplar>();
  for (const { values } of reports.flat()) {
    for (const value of values as Value[]) {
      const exemplar = value.exemplar ?? undefined;
      if (exemplar === undefined) continue;
      const series = seriesOf(value, '');
      if ((newest.get(series)?.at ?? 0) < exemplar.at) newest.set(series, exemplar);
    }
  }
  return newest;
};

const seriesOf = ({ metricName, labels }: Value, name: string): string => {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(String(value))}"`);
  return `${metricName ?? name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`}`;
};

const exemplarText = ({ traceId, value, at }: Exemplar): string =>
  ` # {trace_id="${traceId}"} ${value} ${at}`;

const numberText = (value: number): string =>
  Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
