import type { ServingStatus } from '../http/admin-status.ts';
import type { ActivityPoint } from '../pipeline/activity.ts';

type Health = ServingStatus['health'];

const mostRefusals = 200;
const mostPoints = 120;

/** What several workers say of themselves, as one gateway, without their roll-out. @param limit requests at once of all together */
export const joinedStatus = (parts: readonly ServingStatus[], limit: number): ServingStatus => ({
  inFlight: { now: sum(parts.map(({ inFlight }) => inFlight.now)), limit },
  health: joinedHealth(parts.map(({ health }) => health)),
  points: joinedPoints(parts.flatMap(({ points }) => points)),
  faults: joinedFaults(parts.flatMap(({ faults }) => faults)),
  refusals: parts
    .flatMap(({ refusals }) => refusals)
    .sort((a, b) => b.at - a.at)
    .slice(0, mostRefusals),
  pressure: joinedPressure(parts.flatMap(({ pressure }) => pressure)),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Values by a name that each has. */
const byName = <T>(all: readonly T[], nameOf: (one: T) => string | number): readonly (readonly T[])[] => [
  ...Map.groupBy(all, nameOf).values(),
];

const joinedPoints = (points: readonly ActivityPoint[]): readonly ActivityPoint[] =>
  byName(points, ({ at }) => at)
    .map((same) => ({
      at: same[0]?.at ?? 0,
      requests: sum(same.map(({ requests }) => requests)),
      refused: sum(same.map(({ refused }) => refused)),
      failed: sum(same.map(({ failed }) => failed)),
      spentMs: sum(same.map(({ spentMs }) => spentMs)),
    }))
    .sort((a, b) => a.at - b.at)
    .slice(-mostPoints);

const joinedFaults = (faults: ServingStatus['faults']): ServingStatus['faults'] =>
  byName(faults, ({ fault }) => fault)
    .map((same) => ({ fault: same[0]?.fault ?? '', count: sum(same.map(({ count }) => count)) }))
    .sort((a, b) => b.count - a.count);

/** The counter is one for all; each worker knows of the refusals that it made. */
const joinedPressure = (all: ServingStatus['pressure']): ServingStatus['pressure'] =>
  byName(all, ({ limit, party }) => `${limit}\n${party}`)
    .flatMap((same) => {
      const [newest] = same.toSorted((a, b) => b.used - a.used || b.resetMs - a.resetMs);
      return newest === undefined ? [] : [{ ...newest, refused: sum(same.map(({ refused }) => refused)) }];
    })
    .sort((a, b) => b.refused - a.refused || b.used / b.points - a.used / a.points);

/** Worst first: what one worker cannot reach is worth a look. */
const circuits = ['open', 'half-open', 'closed'];

/** Of each party behind what the worker knows that heard of it last; of the identity service the worst. */
export const joinedHealth = (parts: readonly Health[]): Health => {
  const [first] = parts;
  if (first === undefined) return {};
  const identities = parts
    .map(({ identity }) => identity as { circuit: string; cachedTokens: number })
    .toSorted((a, b) => circuits.indexOf(a.circuit) - circuits.indexOf(b.circuit));
  const names = Object.keys(first['upstreams'] as object);
  const stores = parts.map(({ store }) => store);
  return {
    identity: { ...identities[0], cachedTokens: sum(identities.map(({ cachedTokens }) => cachedTokens)) },
    upstreams: Object.fromEntries(names.map((name) => [name, newestUpstream(parts, name)])),
    store: stores.find((store) => isDown(store)) ?? stores[0],
  };
};

interface Heard {
  readonly lastAnswerAt?: number;
  readonly lastFailureAt?: number;
}

const newestUpstream = (parts: readonly Health[], name: string): Heard | undefined => {
  const heard = ({ lastAnswerAt = 0, lastFailureAt = 0 }: Heard): number =>
    Math.max(lastAnswerAt, lastFailureAt);
  const all = parts.flatMap(({ upstreams }) => (upstreams as Record<string, Heard>)[name] ?? []);
  return all.toSorted((a, b) => heard(b) - heard(a))[0];
};

const isDown = (store: unknown): boolean =>
  typeof store === 'object' && store !== null && (store as { redis?: unknown }).redis === 'down';
