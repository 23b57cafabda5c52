import type { ForwardOutcome, ForwardPort } from '../core/forward.ts';
import type { Log } from '../core/log.ts';
import type { Meters } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';
import type { EjectionRules } from './address-health.ts';
import type { OriginTls } from './origin-tls.ts';
import { Addresses, type AddressStatus } from './upstream-addresses.ts';
import { balanced } from './upstream-balanced.ts';
import { type CheckRules, startChecks } from './upstream-checks.ts';
import { createWay, type Way } from './upstream-way.ts';

export interface UpstreamOptions {
  /** Scheme, host, port, and a path that is put before every target; several are chosen from. */
  readonly url: string | readonly string[];
  /** Milliseconds for the head of an answer, and then between two pieces of its body. */
  readonly timeoutMs: number;
  /** Most connections at once, for each of the two ways: bodies in memory, and streams. */
  readonly connections: number;
  readonly tls?: OriginTls | undefined;
  /** When one of several addresses is left out. */
  readonly ejection?: EjectionRules | undefined;
  /** Ask the addresses time and again whether they are well. */
  readonly health?: CheckRules | undefined;
}

export interface ForwarderOptions {
  readonly upstreams: Readonly<Record<string, UpstreamOptions>>;
  readonly meters: Meters;
  readonly log: Log;
  readonly clock: ClockPort;
}

/** What the last exchanges with an upstream were like. */
export interface UpstreamHealth {
  /** Failed exchanges since the last answer; 0 means well, or not yet asked. */
  readonly failuresInARow: number;
  /** Milliseconds since the epoch. */
  readonly lastAnswerAt: number | undefined;
  readonly lastFailureAt: number | undefined;
  /** The addresses, where there are several, or where they are checked. */
  readonly targets?: readonly AddressStatus[];
}

export interface Forwarder extends ForwardPort {
  /** What is known of the addresses of an upstream: its look-ups choose by it too. */
  addresses(upstream: string): Addresses | undefined;
  health(): Readonly<Record<string, UpstreamHealth>>;
  /** Ends all connections to the upstreams; exchanges in flight fail. */
  close(): Promise<void>;
}

/** The way to all upstreams. Throws on an unknown name: a policy that names one is refused when it is loaded. */
export const createForwarder = (options: ForwarderOptions): Forwarder => {
  const upstreams = new Map(
    Object.entries(options.upstreams).map(([name, upstream]) => [
      name,
      createUpstream(name, upstream, options),
    ]),
  );
  return {
    forward: (req, res, request) => {
      const upstream = upstreams.get(request.upstream);
      if (upstream === undefined) throw new Error(`there is no upstream "${request.upstream}"`);
      return upstream.forward(req, res, request);
    },
    addresses: (name) => upstreams.get(name)?.addresses,
    health: () => Object.fromEntries([...upstreams].map(([name, upstream]) => [name, upstream.health()])),
    close: async () => {
      await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
    },
  };
};

interface Upstream extends ForwardPort {
  readonly addresses: Addresses | undefined;
  health(): UpstreamHealth;
  close(): Promise<void>;
}

const createUpstream = (
  name: string,
  options: UpstreamOptions,
  { meters, log, clock }: ForwarderOptions,
): Upstream => {
  const measured = upstreamMeters(meters, name);
  const urls = [options.url].flat();
  const retried = () => measured.retries.inc();
  const ways = urls.map((url) => createWay(url, { ...options, retried, connectFirst: urls.length > 1 }));
  const addresses =
    urls.length > 1 || options.health !== undefined
      ? new Addresses({ name, urls, ejection: options.ejection, meters, log, clock })
      : undefined;
  const checks = addresses && options.health && startChecks(addresses, options.health, options.tls);
  // One address costs nothing but its way: there is nothing to choose.
  const [only] = ways;
  const forward =
    addresses === undefined || urls.length === 1
      ? (only as Way).forward
      : balanced(addresses, ways, options.timeoutMs);
  const health = { failuresInARow: 0, lastAnswerAt: undefined, lastFailureAt: undefined } as {
    -readonly [K in keyof UpstreamHealth]: UpstreamHealth[K];
  };
  const settled = (outcome: ForwardOutcome): ForwardOutcome => {
    const now = clock.now();
    measured.outcome(outcome);
    if (outcome.kind !== 'client-gone') measured.up(outcome.kind === 'answered');
    if (outcome.kind === 'answered') {
      if (health.failuresInARow > 0)
        log.info({ upstream: name, failures: health.failuresInARow }, 'the upstream answers again');
      health.failuresInARow = 0;
      health.lastAnswerAt = now;
    } else if (outcome.kind !== 'client-gone') {
      const fault = outcome.kind === 'cut' ? 'cut' : outcome.fault;
      // One line per outage, not one per request: the access log has those.
      if (health.failuresInARow === 0) log.warn({ upstream: name, fault }, 'the upstream failed to answer');
      health.failuresInARow++;
      health.lastFailureAt = now;
    }
    return outcome;
  };
  return {
    addresses,
    forward: async (req, res, request) => settled(await forward(req, res, request)),
    health: () => ({ ...health, ...(addresses === undefined ? {} : { targets: addresses.status() }) }),
    close: async () => {
      await checks?.close();
      await Promise.all(ways.map((way) => way.close()));
    },
  };
};

/** `outcome` is the kind of the end, or the gateway fault that a failed exchange became. */
const upstreamMeters = (meters: Meters, upstream: string) => {
  const requests = meters.counter({
    name: 'images_gateway_upstream_requests_total',
    help: 'Requests sent to an upstream, by how the exchange ended.',
    labels: ['upstream', 'outcome'],
  });
  const retries = meters
    .counter({
      name: 'images_gateway_upstream_retries_total',
      help: 'Reads sent a second time, because the upstream had closed the connection that was to be used again.',
      labels: ['upstream'],
    })
    .at({ upstream });
  const up = meters
    .gauge({
      name: 'images_gateway_upstream_up',
      help: 'Whether the last exchange with an upstream succeeded (1) or failed (0); 1 before the first one.',
      labels: ['upstream'],
      acrossWorkers: 'min',
    })
    .at({ upstream });
  up.set(1);
  let isUp = true;
  const outcomes = new Map<string, { inc(): void }>();
  const count = (outcome: string): void => {
    let series = outcomes.get(outcome);
    if (series === undefined) {
      series = requests.at({ upstream, outcome });
      outcomes.set(outcome, series);
    }
    series.inc();
  };
  return {
    retries,
    /** The gauge is told of changes alone: setting it costs more than counting. */
    up: (answered: boolean): void => {
      if (answered === isUp) return;
      isUp = answered;
      up.set(Number(answered));
    },
    outcome: (outcome: ForwardOutcome): void =>
      count(outcome.kind === 'failed' ? outcome.fault : outcome.kind),
  };
};
