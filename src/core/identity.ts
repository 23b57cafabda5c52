export interface NamedRef {
  readonly id: string;
  readonly name: string | undefined;
}

export interface ProjectRef extends NamedRef {
  readonly domain: NamedRef | undefined;
}

/** One rule of a Keystone application credential: the only calls its token may make. */
export interface AccessRule {
  readonly service: string;
  readonly method: string;
  /** Keystone's pattern: `*`, `**` and `{name}` stand for parts of a path. */
  readonly path: string;
}

/** The verified caller. Built by a token adapter from Keystone's answer, never from a request. */
export interface Identity {
  readonly user: ProjectRef;
  /** The scope. Exactly one of project, domain, system is set; none for an unscoped token. */
  readonly project: ProjectRef | undefined;
  readonly domain: NamedRef | undefined;
  readonly systemScope: 'all' | undefined;
  /** Roles of the token's scope only. */
  readonly roles: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly isAdminProject: boolean | undefined;
  readonly impersonator: NamedRef | undefined;
  /** `undefined`: not an application credential, or one without rules. */
  readonly accessRules: readonly AccessRule[] | undefined;
  /** The token is bound to a TLS or Kerberos peer, which the gateway cannot check. */
  readonly bound: boolean;
  readonly catalog: readonly unknown[] | undefined;
  /** Keystone's name for the token itself, the same however the token is spelled. */
  readonly auditId?: string | undefined;
  /** Milliseconds since the epoch; `undefined` where Keystone does not tell. */
  readonly issuedAt?: number | undefined;
  /** What only Rackspace's identity service tells of a user. */
  readonly rackspace?: RackspaceTraits | undefined;
}

export interface RackspaceTraits {
  readonly defaultRegion: string | undefined;
  readonly contactId: string | undefined;
  readonly authenticatedBy: readonly string[];
  readonly groups: readonly string[];
  readonly impersonatorRoles: readonly string[];
}

const lowerRoles = new WeakMap<readonly string[], readonly string[]>();

/**
 * Has the caller one of these roles? Case does not count, as in OpenStack services (oslo.policy `_checks.py`,
 * RoleCheck).
 * @param wanted role names in lower case
 */
export const hasAnyRole = (identity: Identity, wanted: ReadonlySet<string>): boolean => {
  if (wanted.size === 0) return false;
  let roles = lowerRoles.get(identity.roles);
  if (roles === undefined) {
    roles = identity.roles.map((role) => role.toLowerCase());
    lowerRoles.set(identity.roles, roles);
  }
  for (const role of roles) if (wanted.has(role)) return true;
  return false;
};
