/**
 * Every header name by which an upstream could be told who the caller is. All are taken out of each request, on
 * public routes too, before any stage runs; only `authenticate` sets them again.
 * Sources: keystonemiddleware `auth_token/_request.py` (plain, service and deprecated names, and
 * `OpenStack-System-Scope`, which its own removal forgets), Repose's Keystone filters (`X-PP-*`, `X-Map-Roles`,
 * `X-Impersonator-*`, `X-Delegated`), and the token headers that only a validator may send.
 */
const described = [
  'domain-id',
  'domain-name',
  'project-id',
  'project-name',
  'project-domain-id',
  'project-domain-name',
  'user-id',
  'user-name',
  'user-domain-id',
  'user-domain-name',
  'roles',
] as const;

const others = [
  'x-identity-status',
  'x-service-identity-status',
  'x-service-catalog',
  'x-catalog',
  'x-is-admin-project',
  'openstack-system-scope',
  'openstack-identity-access-rules',
  'x-authorization',
  'x-authenticated-by',
  'x-contact-id',
  'x-default-region',
  'x-delegated',
  'x-impersonator-id',
  'x-impersonator-name',
  'x-impersonator-roles',
  'x-map-roles',
  'x-relevant-roles',
  'x-pp-user',
  'x-pp-groups',
  'x-role',
  'x-tenant',
  'x-tenant-id',
  'x-tenant-name',
  'x-token-expires',
  'x-trans-id',
  'x-user',
  'x-subject-token',
  'x-policy-flag',
  'x-policy-decision',
  'remote-user',
  'x-remote-user',
] as const;

export const identityHeaderNames: ReadonlySet<string> = new Set([
  ...described.map((name) => `x-${name}`),
  ...described.map((name) => `x-service-${name}`),
  ...others,
]);

/** A header name as a WSGI server folds it: lower case, `_` and `-` are one. */
export const foldHeaderName = (name: string): string => name.toLowerCase().replaceAll('_', '-');
