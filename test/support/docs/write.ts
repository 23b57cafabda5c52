/**
 * `npm run docs`: makes the generated parts of the docs anew, and the rules in the form of the Prometheus operator. What
 * people wrote around and in the docs stays.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { documentOf, generatedDocs } from './documents.ts';
import { prometheusRule, prometheusRuleFile } from './prometheus-rule.ts';

for (const name of generatedDocs) {
  const { file, present, current } = documentOf(name);
  if (present !== current) writeFileSync(file, current);
}
const rule = prometheusRule();
if (readFileSync(prometheusRuleFile, 'utf8') !== rule) writeFileSync(prometheusRuleFile, rule);
