import { createHttpClient, type HttpClient } from './http-client.ts';
import type { OriginTls } from './origin-tls.ts';
import type { Address, Addresses } from './upstream-addresses.ts';

/** How addresses are asked whether they are well. */
export interface CheckRules {
  /** Path and query of a GET; an answer from 200 to 399 is good, as Nova's `/` answers 300. */
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Good answers in a row after which an address that was out is in again. */
  readonly healthy: number;
  /** Failures in a row after which an address is out. */
  readonly unhealthy: number;
}

export interface Checks {
  close(): Promise<void>;
}

/** Asks each address time and again, over connections of its own: traffic does not hold them up. */
export const startChecks = (
  addresses: Addresses,
  rules: CheckRules,
  tls: OriginTls | undefined,
  random: () => number = Math.random,
): Checks => {
  const checks = addresses.all.map((address) => startCheck(addresses, address, rules, tls, random));
  return {
    close: async () => {
      await Promise.all(checks.map((check) => check.close()));
    },
  };
};

const startCheck = (
  addresses: Addresses,
  address: Address,
  { path, intervalMs, timeoutMs, healthy, unhealthy }: CheckRules,
  tls: OriginTls | undefined,
  random: () => number,
): Checks => {
  const client = createHttpClient({ origin: address.url, connections: 1, timeoutMs, maxBytes: 65_536, tls });
  const over = new AbortController();
  /** Answers of the same kind in a row: positive good ones, negative bad ones. */
  let streak = 0;
  let timer: NodeJS.Timeout | undefined;
  const check = async (): Promise<void> => {
    const good = await isWell(client, path, over.signal);
    if (over.signal.aborted) return;
    streak = good ? Math.max(1, streak + 1) : Math.min(-1, streak - 1);
    if (streak >= healthy) addresses.checked(address, true);
    else if (-streak >= unhealthy) addresses.checked(address, false);
    // Spread, so that the checks of many gateways do not fall together.
    timer = setTimeout(check, intervalMs * (0.9 + random() * 0.2));
    timer.unref();
  };
  void check();
  return {
    async close() {
      over.abort();
      clearTimeout(timer);
      await client.close();
    },
  };
};

const isWell = async (client: HttpClient, path: string, signal: AbortSignal): Promise<boolean> => {
  const answer = await client.request({ method: 'GET', path, signal });
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 400;
};
