import { hasAnyRole, type Identity } from '../core/identity.ts';

/** Roles by method; `any` is for methods that are not named. */
export type RolesByMethod = Readonly<Record<string, readonly string[] | undefined>>;

interface Needed {
  /** As written, for the refusal. */
  readonly names: readonly string[];
  readonly wanted: ReadonlySet<string>;
}

const needed = (names: readonly string[]): Needed => ({
  names,
  wanted: new Set(names.map((name) => name.toLowerCase())),
});

/**
 * Which roles a call needs, any of them being enough. An empty list asks for none; a method that a table does not
 * name, while there is one, is nobody's.
 * @returns `undefined`: the caller may; otherwise the roles of which one is needed, none if nobody may
 */
export const roleTable = (roles: readonly string[], byMethod: RolesByMethod) => {
  const table = new Map<string, Needed>();
  for (const [method, names] of Object.entries(byMethod))
    if (names !== undefined) table.set(method, needed(names));
  const rest = table.get('any') ?? (table.size === 0 || roles.length > 0 ? needed(roles) : undefined);
  const nobody: readonly string[] = [];
  return (identity: Identity, method: string): readonly string[] | undefined => {
    // HEAD is GET without the body (RFC 9110 9.3.2), so it needs what GET needs unless it is named itself.
    const rule = table.get(method) ?? (method === 'HEAD' ? table.get('GET') : undefined) ?? rest;
    if (rule === undefined) return nobody;
    return rule.names.length === 0 || hasAnyRole(identity, rule.wanted) ? undefined : rule.names;
  };
};
