import type { LimitDefinition, LimitKey } from '../core/policy.ts';
import { planLimit } from './limit-plan.ts';

/** A window that counts for a party, as operators are shown it. */
export interface PartyWindow {
  readonly window: LimitDefinition;
  /** Only callers of this group are counted in it; whether the party has any is not known from its id. */
  readonly group: string | undefined;
}

/** Which limits count a party: the counterpart of the subjects that `rate-limit` makes. */
const keysOf = (party: string): readonly LimitKey[] => {
  if (party === '*') return ['global'];
  if (party.startsWith('project:')) return ['project'];
  // A user without a project stands in for one.
  if (party.startsWith('user:')) return ['user', 'project'];
  if (party.startsWith('address:')) return ['address'];
  return party.startsWith('anonymous:') ? ['user', 'project'] : [];
};

/** The windows that may hold counters of a party. */
export const windowsOfParty = (limits: readonly LimitDefinition[], party: string): readonly PartyWindow[] => {
  const keys = keysOf(party);
  const id = party.slice(party.indexOf(':') + 1);
  return limits
    .filter(({ key, mode }) => mode !== 'off' && keys.includes(key))
    .flatMap((limit): readonly PartyWindow[] => {
      const plan = planLimit(limit);
      const own = plan.groups.find(({ projects }) => party.startsWith('project:') && projects.has(id));
      const named = own === undefined ? [] : [own];
      const byRole = plan.groups.filter(({ group }) => group.roles.length > 0 && group !== own?.group);
      return [
        ...(own === undefined ? plan.windows.map((window) => ({ window, group: undefined })) : []),
        ...[...named, ...byRole].flatMap(({ group, windows }) =>
          windows.map((window) => ({ window, group: group.name })),
        ),
      ];
    });
};
