import { createRequire } from 'node:module';
import type { EventLoopLag, LagSummary } from './event-loop-lag.ts';

type Rule = 'average' | 'min' | 'max';

/** How a gauge of prom-client is made. */
export interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  readonly aggregator: Rule;
  readonly collect?: () => void;
}

/**
 * What prom-client tells of every program, family by family: all of it but the lag of the event loop, for which it wakes
 * the process a hundred times a second. From their own files, since the package gives all or none.
 */
const ofEveryProgram = [
  'processCpuTotal',
  'processStartTime',
  'osMemoryHeap',
  'processOpenFileDescriptors',
  'processMaxFileDescriptors',
  'processResources',
  'processHandles',
  'processRequests',
  'heapSizeAndUsed',
  'heapSpacesSizeAndUsed',
  'version',
  'gc',
];
const load = createRequire(import.meta.url);

/** The names and meanings that prom-client gives the lag, and how the values of workers become one. */
const lagFamilies: readonly (readonly [
  part: keyof LagSummary,
  name: string,
  help: string,
  rule: 'average' | 'min' | 'max',
])[] = [
  ['last', 'nodejs_eventloop_lag_seconds', 'Lag of event loop in seconds.', 'max'],
  ['min', 'nodejs_eventloop_lag_min_seconds', 'The minimum recorded event loop delay.', 'min'],
  ['max', 'nodejs_eventloop_lag_max_seconds', 'The maximum recorded event loop delay.', 'max'],
  ['mean', 'nodejs_eventloop_lag_mean_seconds', 'The mean of the recorded event loop delays.', 'average'],
  [
    'stddev',
    'nodejs_eventloop_lag_stddev_seconds',
    'The standard deviation of the recorded event loop delays.',
    'average',
  ],
  [
    'p50',
    'nodejs_eventloop_lag_p50_seconds',
    'The 50th percentile of the recorded event loop delays.',
    'max',
  ],
  [
    'p90',
    'nodejs_eventloop_lag_p90_seconds',
    'The 90th percentile of the recorded event loop delays.',
    'max',
  ],
  [
    'p99',
    'nodejs_eventloop_lag_p99_seconds',
    'The 99th percentile of the recorded event loop delays.',
    'max',
  ],
];

/** Tells of the process what every program with prom-client tells. @param gauge makes one in that registry */
export const tellProcess = (
  registry: object,
  lag: EventLoopLag,
  gauge: (options: GaugeOptions) => { set(value: number): void },
): void => {
  for (const family of ofEveryProgram) load(`prom-client/lib/metrics/${family}.js`)(registry, {});
  // One summary for each scrape: the next one is about the time after it.
  const collect = (): void => {
    const summary = lag.summary();
    for (const { part, told } of all) told.set(summary[part]);
  };
  const all = lagFamilies.map(([part, name, help, aggregator]) => {
    const told = gauge({ name, help, aggregator, ...(part === 'last' && { collect }) });
    return { part, told };
  });
};
