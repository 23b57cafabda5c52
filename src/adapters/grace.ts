import type { Identity } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import type { CounterSeries } from '../core/meters.ts';
import type { ClockPort } from '../core/ports.ts';
import type { CachedToken } from './token-cache.ts';

/** While the identity service is down, whom it vouched for lately may be believed a little longer. */
export interface GraceOptions {
  /** Seconds beyond the time that the cache keeps a token; never beyond the token's own end. */
  readonly seconds: number;
  /** Most uses during one outage, of all callers together. */
  readonly uses: number;
}

export interface Grace {
  /** A way to take one use of this entry; `undefined`: there is none to take. */
  offer(entry: CachedToken | undefined): (() => Identity | undefined) | undefined;
  /** The service answers again: the next outage has its uses for itself. */
  restored(): void;
}

export const createGrace = (
  options: GraceOptions | undefined,
  clock: ClockPort,
  log: Log,
  used: CounterSeries,
): Grace => {
  let uses = 0;
  return {
    offer(entry) {
      if (options === undefined || entry === undefined) return undefined;
      const { identity, freshUntil } = entry;
      return () => {
        const now = clock.now();
        if (now >= identity.expiresAt || now >= freshUntil + options.seconds * 1000) return undefined;
        if (uses >= options.uses) return undefined;
        uses++;
        used.inc();
        log.warn(
          { userId: identity.user.id, projectId: identity.project?.id, use: uses, of: options.uses },
          'The identity service is down; a caller who was valid lately was let through to read.',
        );
        return identity;
      };
    },
    restored: () => {
      uses = 0;
    },
  };
};
