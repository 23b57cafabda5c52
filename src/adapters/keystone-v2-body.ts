import type { Identity, NamedRef, RackspaceTraits } from '../core/identity.ts';
import {
  instant,
  isBinding,
  list,
  named,
  object,
  optional,
  optionalText,
  text,
  unreadable,
} from './keystone-token-body.ts';
import { sharedRoles } from './shared-parts.ts';

/**
 * A token as `GET /v2.0/tokens/{id}` describes it (Identity API v2.0, "Validate token"), with the members that
 * Rackspace Cloud Identity adds under `RAX-AUTH:` (Rackspace "Identity API 2.0", Validate token).
 * @param asked the token that was asked for: an answer about another one is unreadable
 * @param withCatalog keep the service catalogue, which v2.0 always sends and which is larger than all the rest
 */
export const identityOfV2 =
  (asked: string, withCatalog = false) =>
  (document: unknown): Identity => {
    const access = object(object(document)['access']);
    const token = object(access['token']);
    const user = object(access['user']);
    if (text(token['id']) !== asked) throw unreadable();
    const tenant = optional(token['tenant'], named);
    return Object.freeze({
      user: {
        id: text(user['id']),
        name: optionalText(user['name']) ?? optionalText(user['username']),
        domain: undefined,
      },
      project: tenant === undefined ? undefined : { ...tenant, domain: undefined },
      domain: undefined,
      systemScope: undefined,
      roles: sharedRoles(rolesIn(user['roles'], tenant)),
      expiresAt: instant(token['expires']),
      issuedAt: optional(token['issued_at'], instant),
      auditId: optionalText(optional(token['audit_ids'], list)?.[0]),
      isAdminProject: undefined,
      impersonator: optional(access['RAX-AUTH:impersonator'], named),
      accessRules: undefined,
      bound: isBinding(token['bind']),
      catalog: withCatalog ? optional(access['serviceCatalog'], list) : undefined,
      rackspace: traits(token, user, access),
    });
  };

/** Rackspace lists the roles of all tenants with `tenantId`; those of other tenants grant nothing here. */
const rolesIn = (roles: unknown, tenant: NamedRef | undefined): readonly string[] => {
  if (roles === undefined && tenant === undefined) return [];
  return list(roles)
    .map(object)
    .filter(({ tenantId }) => tenantId === undefined || tenantId === null || tenantId === tenant?.id)
    .map(({ name }) => text(name));
};

const traits = (
  token: Record<string, unknown>,
  user: Record<string, unknown>,
  access: Record<string, unknown>,
): RackspaceTraits | undefined => {
  const impersonator = optional(access['RAX-AUTH:impersonator'], object);
  const found: RackspaceTraits = {
    defaultRegion: optionalText(user['RAX-AUTH:defaultRegion']) || undefined,
    contactId: optionalText(user['RAX-AUTH:contactId']) || undefined,
    authenticatedBy: texts(token['RAX-AUTH:authenticatedBy']),
    groups: [],
    impersonatorRoles: (optional(impersonator?.['roles'], list) ?? []).map((role) =>
      text(object(role)['name']),
    ),
  };
  const some = Object.values(found).some((value) => value !== undefined && value.length > 0);
  return some ? found : undefined;
};

const texts = (value: unknown): readonly string[] => (optional(value, list) ?? []).map(text);
