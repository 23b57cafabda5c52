/** Sends requests with autocannon, from a process of its own: `node bench/load.ts '{"url":...}'` prints one line. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';

export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly seconds: number;
  readonly connections: number;
  /** Requests a second over all connections; as many as can be when left out. */
  readonly rate?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export interface Loader {
  run(load: Load): Promise<LoadResult>;
  stop(): void;
}

/** The load process; it is kept, so that it is warm when it is measured with. */
export const startLoader = (): Loader => {
  const child = fork(import.meta.filename, ['serve']);
  return {
    async run(load) {
      child.send(load);
      const [result] = await once(child, 'message');
      if (typeof result === 'string') throw new Error(result);
      return result as LoadResult;
    },
    stop: () => void child.kill(),
  };
};

const run = async (load: Load): Promise<LoadResult> => {
  const { rate, body, seconds, ...rest } = load;
  const result = await autocannon({
    ...rest,
    ...(body === '' ? {} : { body }),
    ...(rate === undefined ? {} : { overallRate: rate }),
    duration: seconds,
    pipelining: 1,
  });
  const { statusCodeStats, latency, requests, duration } = result;
  return {
    requests: requests.total,
    errors: result.errors + result.timeouts,
    statuses: Object.fromEntries(
      Object.entries(statusCodeStats ?? {}).map(([status, { count }]) => [status, count ?? 0]),
    ),
    perSecond: requests.total / duration,
    p50: latency.p50,
    p99: latency.p99,
  };
};

if (process.argv[2] === 'serve') {
  process.on('message', (load) => {
    run(load as Load).then(
      (result) => process.send?.(result),
      (error: unknown) => process.send?.(String(error)),
    );
  });
  process.on('disconnect', () => process.exit());
}
