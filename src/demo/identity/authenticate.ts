import { isObject, objectAt, stringAt } from '../plain-json.ts';
import type { World } from '../world.ts';
import type { ApplicationCredential, Project, RoleName, User } from './directory.ts';
import { effectiveRoles, projectById, userById, userOf } from './directory.ts';
import type { Token } from './tokens.ts';
import { issueToken, validToken } from './tokens.ts';

/** `refused`: 401, Keystone does not say why. `malformed`: 400 with the sentence. */
export type AuthOutcome =
  | { readonly kind: 'issued'; readonly token: Token }
  | { readonly kind: 'refused' }
  | { readonly kind: 'malformed'; readonly message: string };

const refused: AuthOutcome = { kind: 'refused' };

interface Proof {
  readonly user: User;
  readonly credential?: ApplicationCredential | undefined;
  readonly parent?: Token | undefined;
}

const byPassword = (world: World, identity: unknown): Proof | undefined => {
  const given = objectAt(objectAt(identity, 'password'), 'user');
  const user = userOf(world.directory, stringAt(given, 'id'), stringAt(given, 'name'));
  return user && stringAt(given, 'password') === user.password ? { user } : undefined;
};

const byApplicationCredential = (world: World, identity: unknown): Proof | undefined => {
  const given = objectAt(identity, 'application_credential');
  const owner = objectAt(given, 'user');
  const id = stringAt(given, 'id');
  const ownerId = userOf(world.directory, stringAt(owner, 'id'), stringAt(owner, 'name'))?.id;
  const credential = world.directory.applicationCredentials.find((known) =>
    id === undefined ? known.name === given['name'] && known.userId === ownerId : known.id === id,
  );
  const user = credential && userById(world.directory, credential.userId);
  return user && stringAt(given, 'secret') === credential.secret ? { user, credential } : undefined;
};

const byToken = (world: World, identity: unknown): Proof | undefined => {
  const parent = validToken(world, stringAt(objectAt(identity, 'token'), 'id'));
  const user = parent && userById(world.directory, parent.userId);
  return user ? { user, parent } : undefined;
};

const provers: Readonly<Record<string, (world: World, identity: unknown) => Proof | undefined>> = {
  password: byPassword,
  application_credential: byApplicationCredential,
  token: byToken,
};

/** The roles a user has in a project, with those they imply; empty: none, so no token. */
export const rolesIn = (user: User, projectId: string): RoleName[] =>
  effectiveRoles(Object.hasOwn(user.roles, projectId) ? (user.roles[projectId] ?? []) : []);

const scopedProject = (world: World, scope: unknown): Project | undefined => {
  const given = objectAt(scope, 'project');
  const id = stringAt(given, 'id');
  if (id !== undefined) return projectById(world.directory, id);
  return world.directory.projects.find((project) => project.name === stringAt(given, 'name'));
};

/** `POST /v3/auth/tokens`: checks the credential and the scope, and makes the token. Only one method at a time. */
export const authenticateV3 = (world: World, body: unknown): AuthOutcome => {
  const auth = isObject(body) ? body['auth'] : undefined;
  if (!isObject(auth)) return { kind: 'malformed', message: "'auth' is a required property" };
  if (!isObject(auth['identity'])) {
    return { kind: 'malformed', message: "'identity' is a required property" };
  }
  const identity = auth['identity'];
  const methods = identity['methods'];
  if (!Array.isArray(methods)) return { kind: 'malformed', message: "'methods' is a required property" };
  const method: unknown = methods[0];
  if (methods.length !== 1 || typeof method !== 'string' || !Object.hasOwn(provers, method)) return refused;
  const proof = provers[method]?.(world, identity);
  if (!proof) return refused;
  const { user, credential, parent } = proof;
  const base = { userId: user.id, methods: [...(parent?.methods ?? []), method], parent };
  if (credential) {
    const roles = effectiveRoles(credential.roles);
    const draft = { ...base, projectId: credential.projectId, roles, applicationCredential: credential };
    return { kind: 'issued', token: issueToken(world, draft) };
  }
  const scope = auth['scope'];
  if (scope === undefined || scope === 'unscoped') {
    return { kind: 'issued', token: issueToken(world, { ...base, projectId: undefined, roles: [] }) };
  }
  const project = scopedProject(world, scope);
  const roles = project ? rolesIn(user, project.id) : [];
  if (!project || roles.length === 0) return refused;
  return { kind: 'issued', token: issueToken(world, { ...base, projectId: project.id, roles }) };
};
