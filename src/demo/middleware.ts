import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Token } from './identity/tokens.ts';
import { validToken } from './identity/tokens.ts';
import { pythonStrip } from './python-text.ts';
import type { World } from './world.ts';
import type { Reply } from './wsgi.ts';
import { wsgiHeader } from './wsgi.ts';

/** The verified caller of the compute and the image service. */
export interface DemoCaller {
  readonly token: Token;
  readonly userId: string;
  /** Empty for an unscoped token. */
  readonly projectId: string;
  readonly isAdmin: boolean;
}

/**
 * What keystonemiddleware's `auth_token` does in front of Nova and Glance: `X-Auth-Token` or else `X-Storage-Token`,
 * blanks around it removed; a bad `X-Service-Token` beside it spoils the request. Identity headers of the client are
 * not looked at. `undefined`: 401.
 */
export const callerOf = (world: World, request: IncomingMessage): DemoCaller | undefined => {
  const sent = wsgiHeader(request, 'x-auth-token') ?? wsgiHeader(request, 'x-storage-token');
  const token = validToken(world, sent === undefined ? undefined : pythonStrip(sent));
  const serviceToken = wsgiHeader(request, 'x-service-token');
  if (!token || (serviceToken !== undefined && !validToken(world, pythonStrip(serviceToken))))
    return undefined;
  return {
    token,
    userId: token.userId,
    projectId: token.projectId ?? '',
    isAdmin: token.roles.includes('admin'),
  };
};

/** The middleware's own 401: its body has `error`, unlike the services' faults. */
export const middlewareUnauthorized = (world: World, idHeaders: readonly string[]): Reply => {
  const requestId = `req-${randomUUID()}`;
  return {
    status: 401,
    headers: {
      'content-type': 'application/json',
      'www-authenticate': `Keystone uri="${world.urls.identity}"`,
      ...Object.fromEntries(idHeaders.map((name) => [name, requestId])),
    },
    body: JSON.stringify({
      error: {
        code: 401,
        title: 'Unauthorized',
        message: 'The request you have made requires authentication.',
      },
    }),
  };
};
