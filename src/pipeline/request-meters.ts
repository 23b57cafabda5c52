import { gatewayFaults } from '../core/gateway-faults.ts';
import { type CounterSeries, durationBuckets, type HistogramSeries, type Meters } from '../core/meters.ts';

const endings = ['forwarded', 'refused', 'relayed', 'upstream-failed', 'cut', 'client-gone'] as const;

/** How a request ended, for metrics and logs: a bounded set. */
export type Ending = (typeof endings)[number];

const methods: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

export interface RequestMeters {
  /** A request is over: counted by how it ended, and by its fault if it was refused. */
  finished(finished: Ended): void;
  /** @param stage `gateway` for refusals of no stage. */
  refused(stage: string, fault: string): void;
  /** @param seconds from forwarding to the end of the answer */
  upstream(upstream: string, seconds: number): void;
}

/** What is counted of a request. */
export interface Ended {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly ending: Ending;
  /** `STAGE/NAME` */
  readonly fault: string | undefined;
  readonly seconds: number;
  /** Milliseconds since the epoch at which the request was received. */
  readonly at: number;
  readonly traceId?: string | undefined;
  /** Whether somebody records the trace: only then it is an example worth looking for. */
  readonly sampled?: boolean | undefined;
}

/** The series of one route: they are found again by numbers, since a label key for each request costs more than a stage. */
interface RouteSeries {
  readonly duration: HistogramSeries;
  readonly requests: Map<number, CounterSeries>;
}

const tracedOf = ({ traceId = '', at, seconds }: Ended) => ({ traceId, at: at / 1000 + seconds });

/** A number for each label set that a route's requests can have. */
const labelNumber = (method: number, statusClass: number, ending: Ending): number =>
  (method * 8 + statusClass) * endings.length + endings.indexOf(ending);

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
  const routes = new Map<string, RouteSeries>();
  const faults = new Map<string, CounterSeries>();
  const upstreamSeries = new Map<string, HistogramSeries>();

  const seriesOf = (route: string): RouteSeries => {
    let series = routes.get(route);
    if (series === undefined) {
      series = { duration: durations.at({ route }), requests: new Map() };
      routes.set(route, series);
    }
    return series;
  };
  const count = (ended: Ended): void => {
    const { route, method, status, ending, seconds } = ended;
    const series = seriesOf(route);
    series.duration.observe(seconds, ended.sampled === true ? tracedOf(ended) : undefined);
    const known = methods.indexOf(method);
    const statusClass = Math.trunc(status / 100);
    const number = labelNumber(known, statusClass, ending);
    let counter = series.requests.get(number);
    if (counter === undefined) {
      const labels = { route, method: methods[known] ?? '_OTHER', status_class: `${statusClass}xx`, ending };
      counter = requests.at(labels);
      series.requests.set(number, counter);
    }
    counter.inc();
  };
  const refused = (stage: string, fault: string): void => refusals.at({ stage, fault }).inc();

  return {
    finished(ended) {
      count(ended);
      const { fault } = ended;
      if (fault === undefined) return;
      let series = faults.get(fault);
      if (series === undefined) {
        const [stage = '', name = ''] = fault.split('/');
        series = refusals.at({ stage, fault: name });
        faults.set(fault, series);
      }
      series.inc();
    },
    refused,
    upstream(upstream, seconds) {
      let series = upstreamSeries.get(upstream);
      if (series === undefined) {
        series = upstreams.at({ upstream });
        upstreamSeries.set(upstream, series);
      }
      series.observe(seconds);
    },
  };
};
