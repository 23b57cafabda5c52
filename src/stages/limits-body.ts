import { isObject, type JsonObject } from '../core/json.ts';
import type { LimitDefinition } from '../core/policy.ts';
import type { LimitState } from '../core/ports.ts';
import { routesLabel } from './limit-words.ts';

/** A word of the limits API: `MINUTE`, or `10 MINUTES` where the window is not one unit long. */
const unitOf = ({ per, every }: LimitDefinition): string =>
  every === 1 ? per.toUpperCase() : `${every} ${per.toUpperCase()}S`;

/**
 * One limit in the form of Nova's limits view (`nova/api/openstack/compute/views/limits.py` before rate limits were
 * removed), once for each verb. `name` and `for` are ours; clients pass over members that they do not know.
 */
const entries = ({ limit, remaining, resetMs }: LimitState, now: number): readonly JsonObject[] =>
  (limit.methods.length === 0 ? ['ALL'] : limit.methods).map((verb) => ({
    verb,
    value: limit.points,
    remaining,
    unit: unitOf(limit),
    'next-available': new Date(remaining > 0 ? now : now + resetMs).toISOString(),
    name: limit.name,
    for: limit.perImage === undefined ? limit.key : `${limit.key} and image`,
  }));

/** Rate limits, grouped by what they count; `uri` is a label for people. */
const rates = (states: readonly LimitState[], now: number): readonly JsonObject[] => {
  const groups = new Map<string, JsonObject[]>();
  for (const state of states) {
    const uri = routesLabel(state.limit.routes);
    const group = groups.get(uri) ?? [];
    groups.set(uri, group);
    group.push(...entries(state, now));
  }
  return [...groups].map(([uri, limit]) => ({ uri, regex: '.*', limit }));
};

/**
 * The body of `GET /limits`: what the cloud says, with our rate limits before its own.
 *
 * @param cloud its `limits` member; `undefined`: it did not tell.
 * @param now milliseconds since the epoch.
 */
export const limitsBody = (
  states: readonly LimitState[],
  cloud: JsonObject | undefined,
  now: number,
): JsonObject => {
  const theirs = cloud?.['rate'];
  const absolute = cloud?.['absolute'];
  return {
    limits: {
      ...cloud,
      rate: [...rates(states, now), ...(Array.isArray(theirs) ? theirs : [])],
      absolute: isObject(absolute) ? (absolute as JsonObject) : {},
    },
  };
};
