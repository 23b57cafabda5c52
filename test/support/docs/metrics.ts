/** The metrics that the sources declare, read from their text: some exist only where Redis or Keystone is set up. */
import { sourceFiles } from '../source-files.ts';
import { table } from './blocks.ts';
import { code } from './schema-rows.ts';

export interface DeclaredMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

const declaration =
  /name: '(images_gateway_[a-z_]+)',\s*help: ('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"),(?:\s*labels: \[([^\]]*)\])?/g;

/** Names tell types: Prometheus asks for `_total` on counters, and ours measure time in histograms only. */
export const typeByName = (name: string): DeclaredMetric['type'] => {
  if (name.endsWith('_total')) return 'counter';
  return name.endsWith('_seconds') && !name.endsWith('_timestamp_seconds') ? 'histogram' : 'gauge';
};

export const declaredMetrics = (): readonly DeclaredMetric[] =>
  sourceFiles('src')
    .flatMap(({ text }) => [...text.matchAll(declaration)])
    .map(([, name = '', help = '', labels = '']) => ({
      name,
      type: typeByName(name),
      labels: [...labels.matchAll(/'([a-z_]+)'/g)].map(([, label = '']) => label),
      help: help.slice(1, -1).replaceAll("\\'", "'"),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

export const metricsTable = (): string =>
  table(
    ['Metric', 'Type', 'Labels', 'Meaning'],
    declaredMetrics().map(({ name, type, labels, help }) => [
      code(name),
      type,
      labels.map(code).join(', '),
      help,
    ]),
  );
