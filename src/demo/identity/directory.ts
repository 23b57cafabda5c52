/** Roles as Keystone bootstraps them: admin implies member, member implies reader. */
export type RoleName = 'admin' | 'member' | 'reader' | 'service';

const implied: Readonly<Record<RoleName, readonly RoleName[]>> = {
  admin: ['admin', 'member', 'reader'],
  member: ['member', 'reader'],
  reader: ['reader'],
  service: ['service'],
};

export interface Project {
  readonly id: string;
  readonly name: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  /** Roles by project id. */
  readonly roles: Readonly<Record<string, readonly RoleName[]>>;
}

/** One call an application credential may be used for; `path` has `*`, `**` and `{name}` as wildcards. */
export interface AccessRule {
  readonly id: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

export interface ApplicationCredential {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  readonly userId: string;
  readonly projectId: string;
  readonly roles: readonly RoleName[];
  readonly accessRules?: readonly AccessRule[];
}

export interface Directory {
  readonly projects: readonly Project[];
  readonly users: readonly User[];
  readonly applicationCredentials: readonly ApplicationCredential[];
}

/** The one domain. */
export const domain = { id: 'default', name: 'Default' } as const;

/** With the roles they imply, each once, in Keystone's order. */
export const effectiveRoles = (roles: readonly RoleName[]): RoleName[] => [
  ...new Set(roles.flatMap((role) => implied[role])),
];

export const roleIds: Readonly<Record<RoleName, string>> = {
  admin: 'aaaa0000000000000000000000000010',
  member: 'bbbb0000000000000000000000000020',
  reader: 'cccc0000000000000000000000000030',
  service: 'dddd0000000000000000000000000040',
};

export const projectById = (directory: Directory, id: string): Project | undefined =>
  directory.projects.find((project) => project.id === id);

export const userById = (directory: Directory, id: string): User | undefined =>
  directory.users.find((user) => user.id === id);

/** Finds a user as Keystone takes it in a request: by id, or by name with its domain. */
export const userOf = (directory: Directory, id: string | undefined, name: string | undefined) =>
  directory.users.find((user) => (id === undefined ? user.name === name : user.id === id));
