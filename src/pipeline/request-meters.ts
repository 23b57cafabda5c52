import { gatewayFaults } from '../core/gateway-faults.ts';
import { type CounterSeries, durationBuckets, type HistogramSeries, type Meters } from '../core/meters.ts';

/** How a request ended, for metrics and logs: a bounded set. */
export type Ending = 'forwarded' | 'refused' | 'relayed' | 'upstream-failed' | 'cut' | 'client-gone';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export interface RequestMeters {
  count(route: string, method: string, status: number, ending: Ending, seconds: number): void;
  /** @param stage `gateway` for refusals of no stage. */
  refused(stage: string, fault: string): void;
  upstream(upstream: string, seconds: number): void;
}

/** Request counters. Series are looked up by plain string keys; prom-client is asked once per series. */
export const createRequestMeters = (meters: Meters): RequestMeters => {
  const requests = meters.counter({
    name: 'images_gateway_http_requests_total',
    help: 'Requests answered, by route of the policy, method, status class and how they ended.',
    labels: ['route', 'method', 'status_class', 'ending'],
  });
  const durations = meters.histogram({
    name: 'images_gateway_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer, by route.',
    labels: ['route'],
    buckets: durationBuckets,
  });
  const refusals = meters.counter({
    name: 'images_gateway_refusals_total',
    help: 'Requests answered with a fault of ours, by stage and fault; stage gateway for those of no stage.',
    labels: ['stage', 'fault'],
  });
  // Every series exists from the start, at 0, so that the first refusal is seen as a change.
  for (const fault of Object.keys(gatewayFaults)) refusals.at({ stage: 'gateway', fault });
  const upstreams = meters.histogram({
    name: 'images_gateway_upstream_request_duration_seconds',
    help: 'Time from forwarding a request to the end of the answer of the service behind.',
    labels: ['upstream'],
    buckets: durationBuckets,
  });
  const counters = new Map<string, CounterSeries>();
  const histograms = new Map<string, HistogramSeries>();
  return {
    count(route, method, status, ending, seconds) {
      const known = methods.has(method) ? method : '_OTHER';
      const statusClass = `${Math.trunc(status / 100)}xx`;
      const key = `${route} ${known} ${statusClass} ${ending}`;
      let counter = counters.get(key);
      if (counter === undefined) {
        counter = requests.at({ route, method: known, status_class: statusClass, ending });
        counters.set(key, counter);
      }
      counter.inc();
      let histogram = histograms.get(route);
      if (histogram === undefined) {
        histogram = durations.at({ route });
        histograms.set(route, histogram);
      }
      histogram.observe(seconds);
    },
    refused: (stage, fault) => refusals.at({ stage, fault }).inc(),
    upstream: (upstream, seconds) => upstreams.at({ upstream }).observe(seconds),
  };
};
