import type { IncomingMessage } from 'node:http';
import { callerOf, middlewareUnauthorized } from '../middleware.ts';
import type { World } from '../world.ts';
import type { App, Reply } from '../wsgi.ts';
import { origin, wsgiHeader } from '../wsgi.ts';
import { matchPath, pathSegments, readTarget, routedMethod } from '../wsgi-path.ts';
import { downloadData, uploadData } from './data.ts';
import { createImage, deleteImage, listImages, showImage } from './images.ts';
import { patchImage } from './patch.ts';
import type { GlanceHandler } from './reply.ts';
import { glanceError } from './reply.ts';

const routes: readonly (readonly [method: string, pattern: string, run: GlanceHandler])[] = [
  ['GET', 'images', listImages],
  ['POST', 'images', createImage],
  ['GET', 'images/:id', showImage],
  ['HEAD', 'images/:id', showImage],
  ['PATCH', 'images/:id', patchImage],
  ['DELETE', 'images/:id', deleteImage],
  ['PUT', 'images/:id/file', uploadData],
  ['GET', 'images/:id/file', downloadData],
];

const minorVersions = ['', '.0', '.1', '.2', '.3', '.4', '.5', '.6', '.7', '.9', '.15'];
const versions: ReadonlySet<string> = new Set(minorVersions.map((minor) => `v2${minor}`));
const acceptPrefix = 'application/vnd.openstack.images-';

/**
 * The path behind the version (glance/api/middleware/version_negotiation.py). Every minor version is the same API, and
 * an Accept header of Glance's own type takes the version's place, so that `/images/{id}` reaches it too.
 */
const behindVersion = (
  request: IncomingMessage,
  segments: readonly string[],
): readonly string[] | undefined => {
  const accept = wsgiHeader(request, 'accept') ?? '';
  if (accept.startsWith(acceptPrefix)) {
    return versions.has(accept.slice(acceptPrefix.length)) ? segments : undefined;
  }
  return versions.has(segments[0] ?? '') ? segments.slice(1) : undefined;
};

const versionChoices = (request: IncomingMessage, status: 200 | 300): Reply => {
  const list = [...versions].reverse().map((id) => ({
    id: id === 'v2' ? 'v2.0' : id,
    status: id === 'v2.15' ? 'CURRENT' : 'SUPPORTED',
    links: [{ rel: 'self', href: `${origin(request)}/v2/` }],
  }));
  const body = JSON.stringify({
    versions: list.filter(({ id }, at) => list.findIndex((one) => one.id === id) === at),
  });
  return { status, headers: { 'content-type': 'application/json' }, body };
};

/** The image service: Glance v2. */
export const imageApp =
  (world: World): App =>
  async (request) => {
    const target = readTarget(request.url ?? '/');
    if (!target) return undefined;
    const all = pathSegments(target.path);
    if (all[0] === 'versions') return versionChoices(request, 200);
    const segments = behindVersion(request, all);
    if (!segments) return versionChoices(request, 300);
    const caller = callerOf(world, request);
    if (!caller) return middlewareUnauthorized(world, ['x-openstack-request-id']);
    const method = routedMethod(request.method ?? 'GET', target.query);
    const query = new URLSearchParams(target.query);
    const allowed: string[] = [];
    for (const [routeMethod, pattern, run] of routes) {
      const params = matchPath(pattern.split('/'), segments);
      if (!params) continue;
      if (routeMethod === method) return run({ world, request, caller, params, query });
      allowed.push(routeMethod);
    }
    if (allowed.length === 0) return glanceError({ request }, 404, 'The resource could not be found.');
    return glanceError({ request }, 405, `The method ${method} is not allowed for this resource.`, {
      allow: allowed.join(', '),
    });
  };
