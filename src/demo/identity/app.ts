import type { IncomingMessage } from 'node:http';
import type { World } from '../world.ts';
import type { App, Reply } from '../wsgi.ts';
import { readBody, wsgiHeader } from '../wsgi.ts';
import { matchPath, pathSegments, readTarget } from '../wsgi-path.ts';
import { keystoneError, keystoneReply } from './reply.ts';
import { createTokenV2, validateTokenV2 } from './tokens-v2.ts';
import { createTokenV3, revokeTokenV3, validateTokenV3 } from './tokens-v3.ts';
import { versionV2, versionV3 } from './views.ts';

const bodyLimit = 114_688;

const notJson =
  'Expecting to find valid JSON in request body. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.';

const jsonBody = async (request: IncomingMessage): Promise<{ readonly json: unknown } | Reply> => {
  const bytes = await readBody(request, bodyLimit);
  if (!bytes) return keystoneError(413, 'Request is too large.');
  const type = wsgiHeader(request, 'content-type')?.split(';', 1)[0]?.trim();
  if (type !== undefined && type !== '' && type !== 'application/json') return keystoneError(400, notJson);
  try {
    return { json: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return keystoneError(400, notJson);
  }
};

type Handler = (call: {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly params: Readonly<Record<string, string>>;
}) => Reply;

const routes: readonly (readonly [methods: readonly string[], pattern: string, run: Handler])[] = [
  [['POST'], 'v3/auth/tokens', ({ world, body, query }) => createTokenV3(world, body, query)],
  [['GET', 'HEAD'], 'v3/auth/tokens', ({ world, request, query }) => validateTokenV3(world, request, query)],
  [['DELETE'], 'v3/auth/tokens', ({ world, request }) => revokeTokenV3(world, request)],
  [['GET', 'HEAD'], 'v3', ({ world }) => keystoneReply(200, { version: versionV3(world) })],
  [['POST'], 'v2.0/tokens', ({ world, body }) => createTokenV2(world, body)],
  [
    ['GET', 'HEAD'],
    'v2.0/tokens/:id',
    ({ world, request, params, query }) => validateTokenV2(world, request, params['id'] ?? '', query),
  ],
  [['GET', 'HEAD'], 'v2.0', ({ world }) => keystoneReply(200, { version: versionV2(world) })],
  [
    ['GET', 'HEAD'],
    '',
    ({ world }) =>
      keystoneReply(
        300,
        { versions: { values: [versionV3(world), versionV2(world)] } },
        { location: `${world.urls.identity}/v3/` },
      ),
  ],
];

const missing = 'The resource could not be found.';

/** The identity service: Keystone v3 and the v2.0 that Rackspace's cloud speaks, both over one list of users. */
export const identityApp =
  (world: World): App =>
  async (request) => {
    const target = readTarget(request.url ?? '/');
    if (!target) return undefined;
    const segments = pathSegments(target.path.replace(/(.)\/$/, '$1'));
    const query = new URLSearchParams(target.query);
    let known = false;
    for (const [methods, pattern, run] of routes) {
      const params = matchPath(pattern.split('/'), segments);
      if (!params) continue;
      known = true;
      if (!methods.includes(request.method ?? '')) continue;
      const read = request.method === 'POST' ? await jsonBody(request) : { json: undefined };
      if ('status' in read) return read;
      return run({ world, request, query, body: read.json, params });
    }
    return known
      ? keystoneError(405, 'The method is not allowed for the requested URL.')
      : keystoneError(404, missing);
  };
