import type { JsonObject } from './json.ts';

/** Where a thing stands in a policy file; lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `flag`: what would be denied passes, is counted, logged and marked. */
export type Mode = 'enforce' | 'flag' | 'off';

export type LimitKey = 'project' | 'user' | 'address' | 'global';
export type LimitUnit = 'second' | 'minute' | 'hour' | 'day';

export const unitSeconds: Readonly<Record<LimitUnit, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
};

/** Callers with an allowance of their own. Groups are tried in order; who is in none has the limit's own points. */
export interface LimitGroup {
  readonly name: string;
  /** Any one of these roles is enough. */
  readonly roles: readonly string[];
  /** Project ids; a project may be listed in one group of a limit only. */
  readonly projects: readonly string[];
  readonly points: number;
  /** Instead of the limit's own. */
  readonly burst?: LimitBurst;
}

/** A second, shorter window of the same limit, so that a whole allowance cannot be spent in one moment. */
export interface LimitBurst {
  readonly points: number;
  readonly per: LimitUnit;
  readonly every: number;
}

/** The longest window: node timers, which end windows held in memory, reach no further than 2^31 - 1 milliseconds. */
export const longestWindowSeconds = 24 * 86_400;

/** A named limit: so many points per window for each counted party. */
export interface LimitDefinition {
  readonly name: string;
  readonly key: LimitKey;
  readonly points: number;
  readonly per: LimitUnit;
  /** Windows are `every` units long; 1 by default. */
  readonly every: number;
  /** Empty: all methods. */
  readonly methods: readonly string[];
  /** Route ids it counts on. Empty: every route whose chain has `rate-limit`. */
  readonly routes: readonly string[];
  readonly groups?: readonly LimitGroup[];
  /** Set where this is what counts for a group: its members have counters of their own, beside those of the others. */
  readonly group?: string;
  readonly burst?: LimitBurst;
  /** Points that one request of an operation takes, by the operation's name; 1 for those not named. */
  readonly costs?: Readonly<Record<string, number>>;
  /**
   * Each image is counted apart, over at most `maxKeys` counters for each party: past that, images share them.
   * A counter per path value without such a cap would give a client a fresh allowance for each id it makes up.
   */
  readonly perImage?: { readonly maxKeys: number };
  readonly mode: Mode;
  readonly at: SourcePlace;
}

/** One step of a route: a stage, its mode and its options, checked and with defaults filled in. */
export interface StageUse {
  readonly use: string;
  readonly mode: Mode;
  readonly with: Readonly<Record<string, unknown>>;
  /** The day after which flag mode is over; `undefined`: it has no end. */
  readonly until?: Deadline;
  /** What the stage does after `until`: goes on flagging, with a warning at each load, or enforces. */
  readonly afterwards?: 'flag' | 'enforce';
  readonly at: SourcePlace;
}

/** A day written as in `2026-12-31`, and the moment, in milliseconds since the epoch, at which it is over (UTC). */
export interface Deadline {
  readonly day: string;
  readonly endsAt: number;
}

/** Projects that a stage does not refuse until a day: each needs a reason and somebody who answers for it. */
export interface Exemption {
  readonly projects: readonly string[];
  /** Names of stages. */
  readonly stages: readonly string[];
  /** Ids of routes. Empty: all. */
  readonly routes: readonly string[];
  readonly reason: string;
  readonly owner: string;
  readonly expires: Deadline;
  readonly at: SourcePlace;
}

export type RouteMatch =
  | { readonly kind: 'operations'; readonly operations: readonly string[] }
  /** `:name` is one segment, a last `**` the rest. Empty `methods`: every method. */
  | { readonly kind: 'path'; readonly path: string; readonly methods: readonly string[] };

export interface Route {
  readonly id: string;
  readonly match: RouteMatch;
  /** Name of an upstream in `config/gateway.yaml`. */
  readonly upstream: string;
  readonly stages: readonly StageUse[];
  readonly body: { readonly maxBytes: number; readonly keys: 'as-sent' | 'lower' };
  readonly upgrade: boolean;
  readonly at: SourcePlace;
}

/** A whole policy folder, read, checked and frozen. */
export interface Policy {
  /** Hash of the content. */
  readonly revision: string;
  readonly routes: readonly Route[];
  /** What happens to a request that no route matches; `undefined`: 404. */
  readonly fallback: Route | undefined;
  readonly limits: readonly LimitDefinition[];
  readonly exemptions?: readonly Exemption[];
  /** JSON Schemas by their path inside the policy folder. */
  readonly schemas: ReadonlyMap<string, JsonObject>;
}
