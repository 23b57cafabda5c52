import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asksForOpenMetrics } from '../../../src/http/metrics-format.ts';

const rows: readonly [string, string | undefined, boolean][] = [
  ['nothing', undefined, false],
  ['a browser', 'text/html,*/*;q=0.8', false],
  ['curl', '*/*', false],
  [
    'Prometheus 2',
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    true,
  ],
  [
    'Prometheus 3 that likes text better',
    'text/plain;q=0.6, application/openmetrics-text;version=1.0.0;q=0.5',
    false,
  ],
  ['an older OpenMetrics alone', 'application/openmetrics-text;version=0.0.1', false],
  ['a refusal of it', 'application/openmetrics-text;q=0', false],
];

for (const [name, accept, expected] of rows)
  test(`the format for ${name}`, () => assert.equal(asksForOpenMetrics(accept), expected));

test('any text is an answer', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(typeof asksForOpenMetrics(text), 'boolean')));
});
