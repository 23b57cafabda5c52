import type { AccessRule, Identity, NamedRef, ProjectRef } from '../core/identity.ts';
import { isObject } from '../core/json.ts';
import { sharedDomain, sharedRoles } from './shared-parts.ts';

/** Thrown inside the readers of this folder only; `parsed` turns it into `undefined`. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** For readers: the document is not what it should be. */
export const unreadable = (): Error => new Unreadable();

export const text = (value: unknown): string => {
  if (typeof value === 'string' && value.length > 0) return value;
  throw new Unreadable();
};
export const optionalText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
export const object = (value: unknown): Record<string, unknown> => {
  if (isObject(value)) return value;
  throw new Unreadable();
};
export const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw new Unreadable();
};

/** Milliseconds since the epoch. A time without a zone is UTC, as Keystone means it. */
export const instant = (value: unknown): number => {
  const written = text(value);
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(zoned) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(time)) throw new Unreadable();
  return time;
};

export const named = (value: unknown): NamedRef => {
  const { id, name } = object(value);
  return { id: text(id), name: optionalText(name) };
};

const project = (value: unknown): ProjectRef => ({
  ...named(value),
  domain: optional(object(value)['domain'], (domain) => sharedDomain(named(domain))),
});

export const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === undefined || value === null ? undefined : read(value);

/**
 * Runs a reader over the body of an answer.
 * @returns `undefined` when it is not the JSON document that the reader expects; never throws.
 */
export const parsed = <T>(body: Uint8Array, read: (document: unknown) => T): T | undefined => {
  try {
    return read(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
};

/** A token as `GET /v3/auth/tokens` describes it (Identity API v3, "Validate and show information for token"). */
export const identityOfV3 = (document: unknown): Identity => {
  const token = object(object(document)['token']);
  const scope = optional(token['project'], project);
  const domain = optional(token['domain'], named);
  const system = optional(token['system'], object);
  const scoped = scope !== undefined || domain !== undefined || system !== undefined;
  return Object.freeze({
    user: project(token['user']),
    project: scope,
    domain,
    systemScope: system?.['all'] === true ? 'all' : undefined,
    roles: sharedRoles((scoped ? list(token['roles']) : []).map((role) => text(object(role)['name']))),
    expiresAt: instant(token['expires_at']),
    issuedAt: optional(token['issued_at'], instant),
    auditId: optionalText(optional(token['audit_ids'], list)?.[0]),
    isAdminProject: typeof token['is_admin_project'] === 'boolean' ? token['is_admin_project'] : undefined,
    impersonator: optional(token['OS-TRUST:trust'], impersonator),
    accessRules: optional(optional(token['application_credential'], object)?.['access_rules'], accessRules),
    bound: isBinding(token['bind']) || isBinding(token['oauth2_credential']),
    catalog: optional(token['catalog'], list),
  });
};

/** In a trust with impersonation the token's user is the trustor, and the one who acts is the trustee. */
const impersonator = (value: unknown): NamedRef | undefined => {
  const trust = object(value);
  return trust['impersonation'] === true ? named(trust['trustee_user']) : undefined;
};

const accessRules = (value: unknown): readonly AccessRule[] =>
  list(value).map((entry) => {
    const { service, method, path } = object(entry);
    return { service: text(service), method: text(method), path: text(path) };
  });

/** `bind` names a Kerberos principal; `oauth2_credential` the certificate of an OAuth 2.0 client (RFC 8705). */
export const isBinding = (value: unknown): boolean =>
  isObject(value) ? Object.keys(value).length > 0 : value !== undefined && value !== null;
