import type { IncomingMessage } from 'node:http';
import { objectAt, stringAt } from '../plain-json.ts';
import { seedIds } from '../seed-ids.ts';
import type { World } from '../world.ts';
import type { Reply } from '../wsgi.ts';
import { wsgiHeader } from '../wsgi.ts';
import { rolesIn } from './authenticate.ts';
import { userById, userOf } from './directory.ts';
import { forbiddenAction, keystoneError, keystoneReply, unauthorized, unavailable } from './reply.ts';
import { issueToken, mayValidateAny, validToken } from './tokens.ts';
import { accessV2 } from './views.ts';

/** `POST /v2.0/tokens`: user name and password, or a token to be scoped anew. */
export const createTokenV2 = (world: World, body: unknown): Reply => {
  const auth = objectAt(body, 'auth');
  const password = objectAt(auth, 'passwordCredentials');
  const parent = validToken(world, stringAt(objectAt(auth, 'token'), 'id'));
  const named = userOf(world.directory, stringAt(password, 'userId'), stringAt(password, 'username'));
  if (!('passwordCredentials' in auth) && !('token' in auth)) {
    return keystoneError(400, 'Expecting to find passwordCredentials or token in auth.');
  }
  const proved = named && named.password === stringAt(password, 'password') ? named : undefined;
  const user = proved ?? (parent && userById(world.directory, parent.userId));
  if (!user) return unauthorized(world);
  const methods = [parent ? 'token' : 'password'];
  const tenantId = stringAt(auth, 'tenantId');
  const tenantName = stringAt(auth, 'tenantName');
  if (tenantId === undefined && tenantName === undefined) {
    const token = issueToken(world, { userId: user.id, projectId: undefined, roles: [], methods, parent });
    return keystoneReply(200, accessV2(world, token));
  }
  const project = world.directory.projects.find((known) =>
    tenantId === undefined ? known.name === tenantName : known.id === tenantId,
  );
  const roles = project ? rolesIn(user, project.id) : [];
  if (!project || roles.length === 0) return unauthorized(world);
  const token = issueToken(world, { userId: user.id, projectId: project.id, roles, methods, parent });
  return keystoneReply(200, accessV2(world, token));
};

/** `GET` and `HEAD /v2.0/tokens/{id}`; with `belongsTo`, the token must also be scoped to that project. */
export const validateTokenV2 = (
  world: World,
  request: IncomingMessage,
  subjectId: string,
  query: URLSearchParams,
): Reply => {
  const caller = validToken(world, wsgiHeader(request, 'x-auth-token'));
  if (!caller) return unauthorized(world);
  if (subjectId === seedIds.tokens.failing) return unavailable();
  const subject = validToken(world, subjectId);
  const wantedProject = query.get('belongsTo');
  const elsewhere = wantedProject !== null && subject?.projectId !== wantedProject;
  if (!subject || elsewhere) return keystoneError(404, 'Could not find token.');
  if (!mayValidateAny(caller) && caller.userId !== subject.userId) {
    return forbiddenAction('identity:validate_token');
  }
  return keystoneReply(200, accessV2(world, subject));
};
