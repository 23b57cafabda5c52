import { createHash } from 'node:crypto';
import { type LimitDefinition, unitSeconds } from '../core/policy.ts';

/** What a counter needs to know of its limit, worked out once for each definition object. */
export interface LimitIdentity {
  /** `<name>.<hash>`: where its counters are. */
  readonly id: string;
  /** Length of the window. */
  readonly seconds: number;
}

const identities = new WeakMap<LimitDefinition, LimitIdentity>();

/**
 * Names the counters of a limit. The hash covers all that decides what is counted and how far, so counters outlive
 * a reload as long as the definition is the same, and a changed limit starts anew. Mode and place in the file are
 * not part of it: a limit that is turned from `flag` to `enforce` keeps its counters.
 */
export const limitIdentity = (limit: LimitDefinition): LimitIdentity => {
  const known = identities.get(limit);
  if (known !== undefined) return known;
  const seconds = unitSeconds[limit.per] * limit.every;
  const parts = [
    limit.key,
    limit.points,
    seconds,
    [...limit.methods].sort(),
    [...limit.routes].sort(),
    Object.entries(limit.costs ?? {}).sort(),
    limit.perImage?.maxKeys ?? 0,
    ...(limit.group === undefined ? [] : [limit.group]),
  ];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 10);
  const identity = Object.freeze({ id: `${limit.name}.${hash}`, seconds });
  identities.set(limit, identity);
  return identity;
};
