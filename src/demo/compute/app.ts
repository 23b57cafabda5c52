import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { callerOf, middlewareUnauthorized } from '../middleware.ts';
import { webobError } from '../webob-error.ts';
import type { World } from '../world.ts';
import type { App, Reply } from '../wsgi.ts';
import { readDeclaredBody, wsgiHeader } from '../wsgi.ts';
import { pathSegments, readTarget, routedMethod } from '../wsgi-path.ts';
import { bodyLimit, parseBody, unsupportedType } from './body.ts';
import type { NovaAnswer } from './call.ts';
import { fault, unexpectedError } from './call.ts';
import type { RouteMatch } from './routes.ts';
import { findRoute, resources } from './routes.ts';
import {
  askedVersion,
  isVersionName,
  multipleChoices,
  nonsenseMessage,
  unsupportedMessage,
  versionDocument,
  versionHeaders,
  versionList,
} from './version.ts';

const idHeaders = ['x-openstack-request-id', 'x-compute-request-id'] as const;

const withIds = (reply: Reply): Reply => {
  const id = `req-${randomUUID()}`;
  const ids = Object.fromEntries(idHeaders.map((name) => [name, id]));
  return { ...reply, headers: { ...reply.headers, ...ids } };
};

const vendorType = 'application/vnd.openstack.compute+json';

/** Accept has no effect but this: who asks for Nova's own type alone gets its name on good answers. */
const successType = (request: IncomingMessage): string =>
  wsgiHeader(request, 'accept')?.split(';', 1)[0]?.trim() === vendorType ? vendorType : 'application/json';

const answered = (request: IncomingMessage, answer: NovaAnswer, version: string | undefined): Reply =>
  withIds({
    status: answer.status,
    headers: {
      'content-type': successType(request),
      ...(version === undefined ? {} : versionHeaders(version)),
      ...answer.headers,
    },
    ...(answer.body === undefined ? {} : { body: JSON.stringify(answer.body) }),
  });

/** To HEAD, WebOb does not choose by Accept: the page that is not sent would be its default, HTML. */
const routerNotFound = (request: IncomingMessage): Reply => {
  const accept = request.method === 'HEAD' ? 'text/html' : wsgiHeader(request, 'accept');
  return withIds(webobError(accept, 404, 'The resource could not be found.'));
};

const tooLarge = (request: IncomingMessage): Reply =>
  withIds(
    webobError(
      wsgiHeader(request, 'accept'),
      413,
      `Request is too large. Larger than max_request_body_size (${bodyLimit}).`,
    ),
  );

/** Splits the path into the prefix and what the routes look at; a project id is lower-case hex, dashes allowed. */
const split = (segments: readonly string[], projectId: string) => {
  const [first = ''] = segments;
  const version = isVersionName(first) ? first : undefined;
  const rest = version ? segments.slice(1) : [...segments];
  const project = /^[0-9a-f-]+$/.test(rest[0] ?? '') ? rest.shift() : undefined;
  const foreign = project !== undefined && project !== projectId ? project : undefined;
  const projectPrefix = project === undefined ? '' : `/${project}`;
  return { version, rest, foreign, projectPrefix, prefix: `${version ? `/${version}` : ''}${projectPrefix}` };
};

/** Rackspace's API takes `.json` behind a path; Nova does not, and a metadata key may well end so. */
const withoutSuffix = (world: World, segments: readonly string[]): readonly string[] => {
  const last = segments.at(-1) ?? '';
  const isKey = segments.at(-2) === 'metadata';
  if (!world.foldKeys || isKey || !last.endsWith('.json')) return segments;
  return [...segments.slice(0, -1), last.slice(0, -'.json'.length)];
};

/** What Nova does when `_method` made it look for another action than the request line names. */
const overrideError = (match: RouteMatch, method: string): NovaAnswer | undefined => {
  const bringsBody = method === 'POST' || method === 'PUT';
  if (match.route.body && !bringsBody) return unexpectedError('KeyError');
  return !match.route.body && bringsBody ? unexpectedError('TypeError') : undefined;
};

/** The compute service: Nova on `/v2.1` and `/v2`, and without a version in front as Rackspace's documents write it. */
export const computeApp =
  (world: World): App =>
  async (request) => {
    const method = request.method ?? 'GET';
    const target = readTarget(request.url ?? '/');
    if (!target) return undefined;
    if (method === 'OPTIONS') return { status: 200, headers: {} };
    const segments = pathSegments(target.path);
    const [first = '', second] = segments;
    if (target.path === '/') return versionList(request);
    if (isVersionName(first) && (second === undefined || (second === '' && segments.length === 2))) {
      const document = versionDocument(request, first);
      const extra = first === 'v2.1' ? versionHeaders('2.1') : {};
      return withIds({ ...document, headers: { ...document.headers, ...extra } });
    }
    if (!isVersionName(first) && !resources.has(withoutSuffix(world, segments)[0] ?? '')) {
      if (!/^[0-9a-f]{32}$/.test(first)) return multipleChoices(request, target.path);
    }
    if (Number(request.headers['content-length'] ?? 0) > bodyLimit) return tooLarge(request);
    const bytes = await readDeclaredBody(request, bodyLimit);
    if (!bytes) return tooLarge(request);
    const caller = callerOf(world, request);
    if (!caller) return middlewareUnauthorized(world, idHeaders);

    const place = split(withoutSuffix(world, segments), caller.projectId);
    const match = findRoute(routedMethod(method, target.query), place.rest);
    if (!match) return routerNotFound(request);
    const legacy = place.version !== 'v2.1';
    const asked = legacy ? ({ kind: 'minor', minor: 1 } as const) : askedVersion(request);
    if (asked.kind === 'nonsense')
      return answered(request, fault(400, nonsenseMessage(asked.text)), undefined);
    if (asked.kind === 'unsupported') {
      return answered(request, fault(406, unsupportedMessage(asked.text)), asked.text);
    }
    const version = legacy ? undefined : `2.${asked.minor}`;
    const reply = (answer: NovaAnswer): Reply => answered(request, answer, version);
    if (place.foreign !== undefined) {
      const problem = `URL's project_id '${place.foreign}' doesn't match Context's project_id '${caller.projectId}'`;
      return reply(fault(400, `Malformed request URL: ${problem}`));
    }
    if (asked.minor > match.route.maxMinor) return reply(fault(404, 'The resource could not be found.'));
    if (unsupportedType(request)) return reply(fault(415, 'Unsupported Content-Type'));
    const wrongWay = overrideError(match, method);
    if (wrongWay) return reply(wrongWay);
    const read = match.route.body ? parseBody(bytes) : { json: null };
    if ('status' in read) return reply(read);
    const { prefix, projectPrefix } = place;
    const query = new URLSearchParams(target.query);
    const { minor } = asked;
    const { params } = match;
    return reply(
      match.route.run({
        world,
        request,
        caller,
        params,
        query,
        body: read.json,
        prefix,
        projectPrefix,
        minor,
      }),
    );
  };
