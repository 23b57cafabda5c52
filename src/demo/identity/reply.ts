import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { World } from '../world.ts';
import type { Reply } from '../wsgi.ts';

/** A reply with the headers that Keystone gives every answer; its reason phrases are in upper case. */
export const keystoneReply = (status: number, body?: unknown, headers: OutgoingHttpHeaders = {}): Reply => ({
  status,
  reason: (STATUS_CODES[status] ?? '').toUpperCase(),
  headers: {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    vary: 'X-Auth-Token',
    'x-openstack-request-id': `req-${randomUUID()}`,
    ...headers,
  },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

/** Keystone's error body. */
export const keystoneError = (status: number, message: string, headers: OutgoingHttpHeaders = {}): Reply => {
  const title = STATUS_CODES[status] ?? 'Error';
  return keystoneReply(status, { error: { code: status, message, title } }, headers);
};

export const requiresAuthentication = 'The request you have made requires authentication.';

export const unauthorized = (world: World): Reply =>
  keystoneError(401, requiresAuthentication, {
    'www-authenticate': `Keystone uri="${world.urls.identity}/v3"`,
  });

export const forbiddenAction = (action: string): Reply =>
  keystoneError(403, `You are not authorized to perform the requested action: ${action}.`);

/** What a service in trouble says; `Retry-After` as a load balancer in front of it would send. */
export const unavailable = (): Reply =>
  keystoneError(503, 'The service is currently unavailable.', { 'retry-after': '5' });
