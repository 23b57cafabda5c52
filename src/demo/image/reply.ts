import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { DemoCaller } from '../middleware.ts';
import { webobError } from '../webob-error.ts';
import type { World } from '../world.ts';
import type { Reply } from '../wsgi.ts';
import { wsgiHeader } from '../wsgi.ts';

/** One call of the image API. */
export interface GlanceCall {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly caller: DemoCaller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

export type GlanceHandler = (call: GlanceCall) => Reply | Promise<Reply>;

const withId = (reply: Reply): Reply => ({
  ...reply,
  headers: { ...reply.headers, 'x-openstack-request-id': `req-${randomUUID()}` },
});

export const glanceJson = (status: number, body: unknown, headers: OutgoingHttpHeaders = {}): Reply =>
  withId({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

export const glanceReply = (status: number, headers: OutgoingHttpHeaders = {}): Reply =>
  withId({ status, headers });

/** Glance's errors are WebOb's pages, so they may be HTML: their sentence is for people. */
export const glanceError = (
  call: Pick<GlanceCall, 'request'>,
  status: number,
  explanation: string,
  headers: OutgoingHttpHeaders = {},
): Reply => {
  const page = webobError(wsgiHeader(call.request, 'accept'), status, explanation);
  return withId({ ...page, headers: { ...page.headers, ...headers } });
};

export const noImage = (call: GlanceCall): Reply =>
  glanceError(call, 404, `No image found with ID ${call.params['id']}`);
