import type { Exchange } from '../core/exchange.ts';
import type { Identity } from '../core/identity.ts';
import type { LimitDefinition, LimitGroup, LimitKey } from '../core/policy.ts';
import type { LimitCharge } from '../core/ports.ts';
import { clientNetwork } from './client-network.ts';

/** A limit that counts here, with all that does not depend on the request worked out. */
export interface PlannedLimit {
  readonly key: LimitKey;
  readonly maxImages: number;
  readonly costs: Readonly<Record<string, number>> | undefined;
  /** The limit's windows for callers in no group. */
  readonly windows: readonly LimitDefinition[];
  readonly groups: readonly {
    readonly group: LimitGroup;
    readonly projects: ReadonlySet<string>;
    readonly windows: readonly LimitDefinition[];
  }[];
}

/** The windows of a limit: the sustained one, and the burst's. */
const windowsOf = (limit: LimitDefinition): readonly LimitDefinition[] =>
  limit.burst === undefined ? [limit] : [limit, { ...limit, name: `${limit.name}-burst`, ...limit.burst }];

export const planLimit = (limit: LimitDefinition): PlannedLimit => ({
  key: limit.key,
  maxImages: limit.perImage?.maxKeys ?? 0,
  costs: limit.costs,
  windows: windowsOf(limit),
  groups: (limit.groups ?? []).map((group) => ({
    group,
    projects: new Set(group.projects),
    windows: windowsOf({
      ...limit,
      group: group.name,
      points: group.points,
      ...(group.burst !== undefined && { burst: group.burst }),
    }),
  })),
});

/**
 * Who is counted. A caller that is not known is a class of its own, by address: with one counter for all of them,
 * one could use up the allowance of the others. The prefixes keep a project whose id looks like an address apart.
 */
const subjectOf = (key: LimitKey, exchange: Exchange): string => {
  if (key === 'global') return '*';
  const { identity } = exchange;
  if (key === 'project' && identity?.project !== undefined) return `project:${identity.project.id}`;
  if (key !== 'address' && identity !== undefined) return `user:${identity.user.id}`;
  const kind = key === 'address' ? 'address' : 'anonymous';
  return `${kind}:${clientNetwork(exchange.clientAddress)}`;
};

/** Spreads image ids over the counters that a party may have (FNV-1a, 32 bits). */
const bucketOf = (imageId: string, buckets: number): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < imageId.length; index += 1)
    hash = Math.imul(hash ^ imageId.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % buckets;
};

const windowsFor = (limit: PlannedLimit, identity: Identity | undefined): readonly LimitDefinition[] => {
  if (identity !== undefined)
    for (const { group, projects, windows } of limit.groups) {
      if (identity.project !== undefined && projects.has(identity.project.id)) return windows;
      if (group.roles.some((role) => identity.roles.includes(role))) return windows;
    }
  return limit.windows;
};

/** What one request is charged, over all limits that count it. */
export const chargesOf = (limits: readonly PlannedLimit[], exchange: Exchange): readonly LimitCharge[] => {
  const charges: LimitCharge[] = [];
  const operation = exchange.operation?.name;
  for (const limit of limits) {
    let subject = subjectOf(limit.key, exchange);
    const { imageId } = exchange.params;
    if (limit.maxImages > 0 && imageId !== undefined)
      subject += `/image-${bucketOf(imageId, limit.maxImages)}`;
    const points = (operation === undefined ? undefined : limit.costs?.[operation]) ?? 1;
    for (const window of windowsFor(limit, exchange.identity))
      charges.push({ limit: window, subject, points });
  }
  return charges;
};
