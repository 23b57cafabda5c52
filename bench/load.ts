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
  /** So many tokens take turns instead of the one in the headers. */
  readonly tokens?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  /** Nanoseconds of CPU that the load itself took. */
  readonly cpu: number;
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

/** The token of a turn; of the kind of Keystone's UUID tokens. */
const tokenAt = (turn: number): string => (turn + 0x10000000).toString(16).padStart(32, 'f');

let turn = 0;
/** Rebuilds each request, which costs the load, not the proxy. */
const inTurns = (tokens: number) => ({
  setupRequest: (request: autocannon.Request): autocannon.Request => ({
    ...request,
    headers: { ...request.headers, 'x-auth-token': tokenAt(turn++ % tokens) },
  }),
});

const run = async ({ tokens, body, seconds, ...rest }: Load): Promise<LoadResult> => {
  const before = process.cpuUsage();
  const result = await autocannon({
    ...rest,
    ...(body === '' ? {} : { body }),
    ...(tokens === undefined ? {} : { requests: [inTurns(tokens)] }),
    duration: seconds,
    pipelining: 1,
  });
  const { user, system } = process.cpuUsage(before);
  const { statusCodeStats, latency, requests, duration } = result;
  return {
    requests: requests.total,
    cpu: (user + system) * 1000,
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
