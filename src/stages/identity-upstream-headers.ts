import type { Identity } from '../core/identity.ts';
import { serviceCatalog } from './service-catalog.ts';

export interface UpstreamHeaderOptions {
  /** `repose` adds the headers that only Repose's Keystone filters set. */
  readonly compat: 'none' | 'repose';
  /** Send `X-Service-Catalog`, where the token source was told to fetch it. */
  readonly catalog: boolean;
}

type Value = string | undefined;
/** A header's name, and its value for an identity; `undefined` leaves it out. */
type Row = readonly [name: string, value: (identity: Identity) => Value];

/**
 * Who the caller is. Each also exists as `x-service-...` for the identity of a service token
 * (keystonemiddleware `auth_token/_request.py`).
 */
const described: readonly Row[] = [
  ['user-id', (id) => id.user.id],
  ['user-name', (id) => id.user.name],
  ['user-domain-id', (id) => id.user.domain?.id],
  ['user-domain-name', (id) => id.user.domain?.name],
  ['project-id', (id) => id.project?.id],
  ['project-name', (id) => id.project?.name],
  ['project-domain-id', (id) => id.project?.domain?.id],
  ['project-domain-name', (id) => id.project?.domain?.name],
  ['domain-id', (id) => id.domain?.id],
  ['domain-name', (id) => id.domain?.name],
  ['roles', (id) => roleList(id.roles)],
];

/** A token without end is said to end when four-digit years do. */
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59);

/** What is told of the caller only. `x-tenant-*` are the older names of the project, still read by Nova extensions. */
const ofCaller: readonly Row[] = [
  ['x-identity-status', () => 'Confirmed'],
  ['x-tenant-id', (id) => id.project?.id],
  ['x-tenant-name', (id) => id.project?.name],
  ['x-token-expires', (id) => new Date(Math.min(id.expiresAt, lastInstant)).toISOString()],
  ['openstack-system-scope', (id) => id.systemScope],
  [
    'x-is-admin-project',
    (id) => (id.isAdminProject === undefined ? undefined : capitalised(id.isAdminProject)),
  ],
  ['x-impersonator-id', (id) => id.impersonator?.id],
  ['x-impersonator-name', (id) => id.impersonator?.name],
  ['x-impersonator-roles', (id) => roleList(id.rackspace?.impersonatorRoles ?? []) || undefined],
  ['x-default-region', (id) => id.rackspace?.defaultRegion],
  ['x-contact-id', (id) => id.rackspace?.contactId],
  ['x-authenticated-by', (id) => roleList(id.rackspace?.authenticatedBy ?? []) || undefined],
];

/** Repose `KeystoneV2Filter` and `OpenStackIdentityV3Filter`; groups with the quality that its documentation names. */
const ofRepose: readonly Row[] = [
  ['x-authorization', (id) => (id.project === undefined ? 'Proxy' : `Proxy ${id.project.id}`)],
  ['x-pp-user', (id) => id.user.name],
  [
    'x-pp-groups',
    (id) => (id.rackspace?.groups ?? []).map((group) => `${group};q=1.0`).join(',') || undefined,
  ],
  ['x-map-roles', (id) => mapRoles(id)],
];

/** A role name with a comma would be read as two roles, one of them chosen by whoever may name roles. */
const roleList = (roles: readonly string[]): string => {
  let joined = joinedRoles.get(roles);
  if (joined === undefined) {
    joined = roles.filter((role) => !role.includes(',')).join(',');
    joinedRoles.set(roles, joined);
  }
  return joined;
};

/** Many callers share one list. */
const joinedRoles = new WeakMap<readonly string[], string>();

const capitalised = (value: boolean): string => (value ? 'True' : 'False');

const mapRoles = (identity: Identity): string => {
  const tenant = identity.project?.id ?? 'repose/domain/roles';
  return Buffer.from(JSON.stringify({ [tenant]: identity.roles })).toString('base64');
};

/**
 * A value as it may stand in a header field: UTF-8 bytes, one character each, since names of users and projects may
 * be in any language. A control character in a name could end the line; such a value is percent-encoded whole.
 */
const fieldValue = (value: string): string => {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  return /\p{Cc}/u.test(value)
    ? encodeURIComponent(value.toWellFormed())
    : Buffer.from(value, 'utf8').toString('latin1');
};

const write = (headers: Record<string, string>, name: string, value: Value): void => {
  if (value !== undefined) headers[name] = fieldValue(value);
};

/**
 * The table of headers that tell an upstream who the caller is, names in lower case. Computed once per identity: the
 * same frozen object comes back as long as the identity is cached.
 */
export const upstreamHeadersOf = (
  options: UpstreamHeaderOptions,
): ((identity: Identity) => Readonly<Record<string, string>>) => {
  const rows: readonly Row[] = [
    ...described.map(([name, value]): Row => [`x-${name}`, value]),
    ...ofCaller,
    ...(options.compat === 'repose' ? ofRepose : []),
    ...(options.catalog ? [['x-service-catalog', (id) => serviceCatalog(id.catalog)] satisfies Row] : []),
  ];
  return memoized((identity) => tabulated(rows, identity));
};

const serviceRows: readonly Row[] = [
  ...described.map(([name, value]): Row => [`x-service-${name}`, value]),
  ['x-service-identity-status', () => 'Confirmed'],
];

/** The same for the identity of an accepted service token. */
export const serviceHeadersOf = memoized((identity: Identity) => tabulated(serviceRows, identity));

const tabulated = (rows: readonly Row[], identity: Identity): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of rows) write(headers, name, value(identity));
  return Object.freeze(headers);
};

function memoized<V>(compute: (identity: Identity) => V): (identity: Identity) => V {
  const known = new WeakMap<Identity, V>();
  return (identity) => {
    let value = known.get(identity);
    if (value === undefined) {
      value = compute(identity);
      known.set(identity, value);
    }
    return value;
  };
}
