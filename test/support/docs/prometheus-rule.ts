/** The rules of deploy/prometheus as the Prometheus operator takes them; made by `npm run docs`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../source-files.ts';

export const prometheusRuleFile = join(root, 'deploy/kubernetes/prometheus-operator/rules.yaml');

const head = `# Made from deploy/prometheus/*.rules.yml by \`npm run docs\`; change those.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: images-gateway }
spec:
  groups:
`;

/** The groups of a file of rules, as they stand there. */
const groupsOf = (name: string): string => {
  const [, groups = ''] = readFileSync(join(root, 'deploy/prometheus', name), 'utf8').split('\ngroups:\n');
  return groups.replaceAll(/^(?=.)/gm, '  ');
};

export const prometheusRule = (): string =>
  head + ['recording.rules.yml', 'alerts.rules.yml'].map(groupsOf).join('');
