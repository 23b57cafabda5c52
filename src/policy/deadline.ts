import type { Deadline, Policy } from '../core/policy.ts';

const dayMs = 86_400_000;

/** The end of a day written as `2026-12-31`, in UTC; `undefined`: there is no such day. */
export const deadline = (day: string): Deadline | undefined => {
  const begins = Date.parse(`${day}T00:00:00Z`);
  // Date.parse takes the 31st of February for a day in March.
  if (Number.isNaN(begins) || new Date(begins).toISOString().slice(0, 10) !== day) return undefined;
  return Object.freeze({ day, endsAt: begins + dayMs });
};

/** The first end that a policy has, of an exemption or of a flag mode, in milliseconds since the epoch; or infinite. */
export const nearestEnd = ({ routes, fallback, exemptions = [] }: Policy): number => {
  const uses = [...routes, ...(fallback === undefined ? [] : [fallback])].flatMap(({ stages }) => stages);
  const ends = [...exemptions.map(({ expires }) => expires), ...uses.flatMap(({ until }) => until ?? [])];
  return Math.min(...ends.map(({ endsAt }) => endsAt));
};
