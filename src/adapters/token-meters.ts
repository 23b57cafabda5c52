import { type CounterSeries, durationBuckets, type HistogramSeries, type Meters } from '../core/meters.ts';
import type { Outage } from '../core/ports.ts';
import type { CircuitState } from './circuit.ts';
import type { TokenSource } from './token-source.ts';

/** How a question to the cache ended. */
const results = [
  'hit',
  'negative',
  'expired',
  'miss',
  'coalesced',
  'shared',
  'refused',
  'limited',
  'grace',
] as const;
const outcomes = ['valid', 'invalid', 'unavailable'] as const;
const circuitValue: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 };

export interface TokenMeters {
  readonly cache: Readonly<Record<(typeof results)[number], CounterSeries>>;
  readonly lookups: Readonly<Record<(typeof outcomes)[number], CounterSeries>>;
  readonly duration: HistogramSeries;
  outage(reason: Outage): void;
  revoked(by: 'token' | 'user' | 'project'): void;
}

export const tokenMeters = (
  meters: Meters,
  source: TokenSource['name'],
  read: { readonly entries: () => number; readonly circuit: () => CircuitState },
): TokenMeters => {
  const cache = meters.counter({
    name: 'images_gateway_identity_cache_total',
    help: 'Tokens looked for in the cache, by what was found; grace counts the uses of a stale identity.',
    labels: ['result'],
  });
  const lookups = meters.counter({
    name: 'images_gateway_identity_lookups_total',
    help: 'Tokens looked up at the identity service, by outcome.',
    labels: ['source', 'outcome'],
  });
  const outages = meters.counter({
    name: 'images_gateway_identity_outages_total',
    help: 'Look-ups that the identity service did not answer, by reason.',
    labels: ['source', 'reason'],
  });
  const revocations = meters.counter({
    name: 'images_gateway_identity_revocations_total',
    help: 'Revocations ordered, by what they name.',
    labels: ['by'],
  });
  const duration = meters.histogram({
    name: 'images_gateway_identity_lookup_duration_seconds',
    help: 'Time to look up a token at the identity service, retries included.',
    labels: ['source'],
    buckets: durationBuckets,
  });
  meters.observed(
    { name: 'images_gateway_identity_cache_entries', help: 'Validated tokens in the cache.', labels: [] },
    read.entries,
  );
  meters.observed(
    {
      name: 'images_gateway_identity_circuit',
      help: 'Circuit to the identity service: 0 closed, 1 half-open (probing), 2 open (not asked).',
      labels: [],
      acrossWorkers: 'max',
    },
    () => circuitValue[read.circuit()],
  );
  return {
    cache: record(results, (result) => cache.at({ result })),
    lookups: record(outcomes, (outcome) => lookups.at({ source, outcome })),
    duration: duration.at({ source }),
    outage: (reason) => outages.at({ source, reason }).inc(),
    revoked: (by) => revocations.at({ by }).inc(),
  };
};

const record = <K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> =>
  Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
