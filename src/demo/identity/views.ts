import type { World } from '../world.ts';
import { domain, projectById, roleIds, userById } from './directory.ts';
import type { Token } from './tokens.ts';

/** Keystone v3 times: UTC, six zeros. */
const v3Time = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}.000000Z`;
const v2Time = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const services = (world: World) =>
  [
    {
      type: 'compute',
      name: 'nova',
      id: '32d00000000000000000000000000001',
      url: `${world.urls.compute}/v2.1`,
    },
    {
      type: 'identity',
      name: 'keystone',
      id: '32d00000000000000000000000000002',
      url: `${world.urls.identity}/v3`,
    },
    { type: 'image', name: 'glance', id: '32d00000000000000000000000000003', url: world.urls.image },
  ] as const;

const catalog = (world: World): unknown[] =>
  services(world).map(({ type, name, id, url }) => ({
    endpoints: ['public', 'internal', 'admin'].map((face, index) => ({
      region: 'RegionOne',
      id: `${id.slice(0, -2)}${index + 1}${id.slice(-1)}`,
      interface: face,
      region_id: 'RegionOne',
      url,
    })),
    id,
    type,
    name,
  }));

const userView = (world: World, token: Token) => ({
  id: token.userId,
  name: userById(world.directory, token.userId)?.name ?? '',
});

const roleViews = (token: Token) => token.roles.map((role) => ({ id: roleIds[role], name: role }));

/** The body of a v3 token, as `POST` and `GET /v3/auth/tokens` answer it. */
export const tokenV3 = (world: World, token: Token, withCatalog: boolean): unknown => {
  const project = token.projectId === undefined ? undefined : projectById(world.directory, token.projectId);
  const credential = token.applicationCredential;
  return {
    token: {
      methods: token.methods,
      user: { domain, ...userView(world, token), password_expires_at: null },
      audit_ids: token.auditIds,
      expires_at: v3Time(token.expiresAt),
      issued_at: v3Time(token.issuedAt),
      ...(project ? { project: { domain, ...project }, is_domain: false, roles: roleViews(token) } : {}),
      ...(project && withCatalog ? { catalog: catalog(world) } : {}),
      ...(credential
        ? {
            application_credential: {
              id: credential.id,
              name: credential.name,
              restricted: true,
              ...(credential.accessRules ? { access_rules: credential.accessRules } : {}),
            },
          }
        : {}),
    },
  };
};

/** The body of a v2.0 token (Rackspace Cloud Identity, Keystone before Queens). */
export const accessV2 = (world: World, token: Token): unknown => {
  const project = token.projectId === undefined ? undefined : projectById(world.directory, token.projectId);
  const user = userView(world, token);
  return {
    access: {
      token: {
        id: token.id,
        expires: v2Time(token.expiresAt),
        issued_at: v2Time(token.issuedAt),
        ...(project ? { tenant: { id: project.id, name: project.name } } : {}),
      },
      user: { ...user, username: user.name, roles_links: [], roles: roleViews(token) },
      serviceCatalog: services(world).map(({ type, name, url }) => ({
        type,
        name,
        endpoints: [{ region: 'RegionOne', publicURL: url, internalURL: url, adminURL: url }],
        endpoints_links: [],
      })),
    },
  };
};

/** What `GET /v3` answers. */
export const versionV3 = (world: World): Record<string, unknown> => ({
  id: 'v3.14',
  status: 'stable',
  updated: '2020-04-07T00:00:00Z',
  links: [{ rel: 'self', href: `${world.urls.identity}/v3/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
});

/** What `GET /v2.0` answers. */
export const versionV2 = (world: World): Record<string, unknown> => ({
  id: 'v2.0',
  status: 'deprecated',
  updated: '2016-08-04T00:00:00Z',
  links: [{ rel: 'self', href: `${world.urls.identity}/v2.0/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v2.0+json' }],
});
