import type { Directory, RoleName } from './identity/directory.ts';
import { effectiveRoles } from './identity/directory.ts';
import { auditId } from './identity/tokens.ts';
import { seedIds } from './seed-ids.ts';
import type { World } from './world.ts';

const { projects, users, tokens, applicationCredentials } = seedIds;

/** A demo may run for long, and its tokens are in the README. */
const yearMs = 365 * 24 * 3_600_000;
const hourMs = 3_600_000;

/** Users, projects and roles of the demo cloud. */
export const seedDirectory: Directory = {
  projects: Object.entries(projects).map(([name, id]) => ({ id, name })),
  users: [
    { ...users.demo, roles: { [projects.demo]: ['member'] } },
    { ...users.member2, roles: { [projects.demo]: ['member'] } },
    { ...users.reader, roles: { [projects.demo]: ['reader'] } },
    { ...users.other, roles: { [projects.other]: ['member'] } },
    { ...users.admin, roles: { [projects.admin]: ['admin'] } },
    { ...users.gateway, roles: { [projects.service]: ['admin', 'service'] } },
    { ...users.validator, roles: { [projects.service]: ['service'] } },
  ],
  applicationCredentials: [
    {
      ...applicationCredentials.plain,
      userId: users.demo.id,
      projectId: projects.demo,
      roles: ['member'],
    },
    {
      ...applicationCredentials.restricted,
      userId: users.demo.id,
      projectId: projects.demo,
      roles: ['member'],
      accessRules: [
        {
          id: 'ac000000000000000000000000000003',
          service: 'compute',
          method: 'GET',
          path: '/v2.1/images/**',
        },
      ],
    },
  ],
};

/** Puts the fixed tokens into the world. */
export const seedTokens = (world: World): void => {
  const now = world.now();
  const add = (
    id: string,
    userId: string,
    projectId: string | undefined,
    roles: readonly RoleName[],
    more: { readonly endedMsAgo?: number; readonly credential?: 'plain' | 'restricted' } = {},
  ): void => {
    const credential = world.directory.applicationCredentials.find(
      (known) => more.credential && known.id === applicationCredentials[more.credential].id,
    );
    const ended = more.endedMsAgo !== undefined;
    world.tokens.set(id, {
      id,
      userId,
      projectId,
      roles: effectiveRoles(roles),
      methods: [credential ? 'application_credential' : 'password'],
      auditIds: [auditId(id)],
      issuedAt: ended ? now - 2 * hourMs : now,
      expiresAt: ended ? now - (more.endedMsAgo ?? 0) : now + yearMs,
      revoked: false,
      ...(credential ? { applicationCredential: credential } : {}),
    });
  };
  add(tokens.demo, users.demo.id, projects.demo, ['member']);
  add(tokens.member2, users.member2.id, projects.demo, ['member']);
  add(tokens.reader, users.reader.id, projects.demo, ['reader']);
  add(tokens.other, users.other.id, projects.other, ['member']);
  add(tokens.admin, users.admin.id, projects.admin, ['admin']);
  add(tokens.gateway, users.gateway.id, projects.service, ['admin', 'service']);
  add(tokens.validator, users.validator.id, projects.service, ['service']);
  add(tokens.unscoped, users.demo.id, undefined, []);
  add(tokens.expired, users.demo.id, projects.demo, ['member'], { endedMsAgo: hourMs });
  add(tokens.applicationCredential, users.demo.id, projects.demo, ['member'], { credential: 'plain' });
  add(tokens.restricted, users.demo.id, projects.demo, ['member'], { credential: 'restricted' });
};
