import type { ClockPort } from '../core/ports.ts';
import { createLru } from './lru.ts';

/**
 * How many look-ups with an invalid token one client may cause. Keystone has no limit of its own, and its operators
 * are told to put one before it (OSSN-0068).
 */
export interface FailureLimitOptions {
  readonly failures: number;
  readonly seconds: number;
  /** Most clients kept in memory. */
  readonly clients: number;
  /** Which addresses are one client. */
  readonly network: (address: string) => string;
}

export const failureLimitDefaults = { failures: 120, seconds: 60, clients: 10_000 } as const;

export interface FailedValidations {
  /** Milliseconds until this client's tokens are looked up again; `undefined`: now. */
  blocked(address: string | undefined): number | undefined;
  failed(address: string | undefined): void;
}

interface Window {
  failures: number;
  readonly endsAt: number;
}

export const createFailedValidations = (
  options: FailureLimitOptions | undefined,
  clock: ClockPort,
): FailedValidations => {
  if (options === undefined) return { blocked: () => undefined, failed: () => undefined };
  const { failures, seconds, clients, network } = options;
  const windows = createLru<string, Window>(clients);
  const windowOf = (address: string): Window | undefined => {
    const window = windows.get(network(address));
    return window !== undefined && clock.now() < window.endsAt ? window : undefined;
  };
  return {
    blocked(address) {
      const window = address === undefined ? undefined : windowOf(address);
      return window === undefined || window.failures < failures ? undefined : window.endsAt - clock.now();
    },
    failed(address) {
      if (address === undefined) return;
      const window = windowOf(address);
      if (window === undefined)
        windows.set(network(address), { failures: 1, endsAt: clock.now() + seconds * 1000 });
      else window.failures++;
    },
  };
};
