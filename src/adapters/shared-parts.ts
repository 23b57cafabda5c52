import type { NamedRef } from '../core/identity.ts';

/**
 * Parts that many identities have in common: domains and lists of roles. Each is kept once, which halves what a
 * cached token takes. Bound; what is not known any more is simply made again.
 */
const most = 1000;

const shared = <T extends object>(): ((key: string, make: () => T) => T) => {
  const known = new Map<string, T>();
  return (key, make) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= most) known.clear();
    const made = Object.freeze(make());
    known.set(key, made);
    return made;
  };
};

const domains = shared<NamedRef>();
const roleLists = shared<readonly string[]>();

export const sharedDomain = (domain: NamedRef): NamedRef =>
  domains(JSON.stringify([domain.id, domain.name]), () => domain);

export const sharedRoles = (roles: readonly string[]): readonly string[] =>
  roleLists(JSON.stringify(roles), () => roles);
