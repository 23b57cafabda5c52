import type { IncomingMessage } from 'node:http';
import { seedIds } from '../seed-ids.ts';
import type { World } from '../world.ts';
import type { Reply } from '../wsgi.ts';
import { wsgiHeader } from '../wsgi.ts';
import { authenticateV3 } from './authenticate.ts';
import { forbiddenAction, keystoneError, keystoneReply, unauthorized, unavailable } from './reply.ts';
import { mayValidateAny, validToken } from './tokens.ts';
import { tokenV3 } from './views.ts';

/** How long after its end a token may be validated with `allow_expired`: Keystone's default of two days. */
const expiredWindowMs = 172_800_000;

/** `POST /v3/auth/tokens`. */
export const createTokenV3 = (world: World, body: unknown, query: URLSearchParams): Reply => {
  const outcome = authenticateV3(world, body);
  if (outcome.kind === 'malformed') return keystoneError(400, outcome.message);
  if (outcome.kind === 'refused') return unauthorized(world);
  return keystoneReply(201, tokenV3(world, outcome.token, !query.has('nocatalog')), {
    'x-subject-token': outcome.token.id,
  });
};

/**
 * `GET` and `HEAD /v3/auth/tokens`: admins and services may validate any token, everybody a token of their own. A token
 * of an application credential with access rules is only told to those who say that they enforce them.
 */
export const validateTokenV3 = (world: World, request: IncomingMessage, query: URLSearchParams): Reply => {
  const caller = validToken(world, wsgiHeader(request, 'x-auth-token'));
  if (!caller) return unauthorized(world);
  const subjectId = wsgiHeader(request, 'x-subject-token');
  if (!subjectId) return keystoneError(404, 'No token in the request');
  if (subjectId === seedIds.tokens.failing) return unavailable();
  if (!world.tokens.has(subjectId)) return keystoneError(404, 'Could not recognize Fernet token');
  const subject = validToken(world, subjectId, query.has('allow_expired') ? expiredWindowMs : 0);
  if (!subject) return keystoneError(404, 'Failed to validate token');
  if (!mayValidateAny(caller) && caller.userId !== subject.userId) {
    return forbiddenAction('identity:validate_token');
  }
  const ruled = subject.applicationCredential?.accessRules !== undefined;
  if (ruled && wsgiHeader(request, 'openstack-identity-access-rules') === undefined) {
    return keystoneError(404, 'Failed to validate token');
  }
  return keystoneReply(200, tokenV3(world, subject, !query.has('nocatalog')), {
    'x-subject-token': subjectId,
  });
};

/** `DELETE /v3/auth/tokens`: admins may revoke any token, everybody a token of their own. */
export const revokeTokenV3 = (world: World, request: IncomingMessage): Reply => {
  const caller = validToken(world, wsgiHeader(request, 'x-auth-token'));
  if (!caller) return unauthorized(world);
  const subjectId = wsgiHeader(request, 'x-subject-token');
  if (!subjectId) return keystoneError(404, 'No token in the request');
  const subject = validToken(world, subjectId);
  if (!subject) return keystoneError(404, 'Failed to validate token');
  if (!caller.roles.includes('admin') && caller.userId !== subject.userId) {
    return forbiddenAction('identity:revoke_token');
  }
  subject.revoked = true;
  return keystoneReply(204);
};
