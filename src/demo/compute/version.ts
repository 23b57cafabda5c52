import type { IncomingMessage } from 'node:http';
import type { Reply } from '../wsgi.ts';
import { origin, wsgiHeader } from '../wsgi.ts';

const maxMinor = 93;

/** The microversion a request asks for, or what is wrong with it. */
export type AskedVersion =
  | { readonly kind: 'minor'; readonly minor: number }
  | { readonly kind: 'nonsense'; readonly text: string }
  | { readonly kind: 'unsupported'; readonly text: string };

/** Of several entries for the compute service the last one counts; other services' and nameless ones do not. */
const askedText = (request: IncomingMessage): string | undefined => {
  const entries = (wsgiHeader(request, 'openstack-api-version') ?? '').split(',');
  const compute = entries
    .map((entry) => entry.trim().split(/\s+/))
    .filter(([service, version]) => service?.toLowerCase() === 'compute' && version !== undefined);
  return compute.at(-1)?.[1] ?? wsgiHeader(request, 'x-openstack-nova-api-version')?.trim();
};

/** Reads `OpenStack-API-Version`, or else the older `X-OpenStack-Nova-API-Version`; 2.1 when neither says anything. */
export const askedVersion = (request: IncomingMessage): AskedVersion => {
  const text = askedText(request);
  if (text === undefined || text === '') return { kind: 'minor', minor: 1 };
  if (text.toLowerCase() === 'latest') return { kind: 'minor', minor: maxMinor };
  const [, major, minor] = /^([1-9]\d*)\.(0|[1-9]\d*)$/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return { kind: 'nonsense', text };
  const supported = major === '2' && Number(minor) >= 1 && Number(minor) <= maxMinor;
  return supported ? { kind: 'minor', minor: Number(minor) } : { kind: 'unsupported', text };
};

/** The headers that tell the version on `/v2.1`; the legacy endpoints have none. Two `Vary` headers, as in Nova. */
export const versionHeaders = (version: string): Record<string, string | string[]> => ({
  'openstack-api-version': `compute ${version}`,
  'x-openstack-nova-api-version': version,
  vary: ['OpenStack-API-Version', 'X-OpenStack-Nova-API-Version'],
});

export const unsupportedMessage = (text: string): string =>
  `Version ${text} is not supported by the API. Minimum is 2.1 and maximum is 2.${maxMinor}.`;

export const nonsenseMessage = (text: string): string =>
  `API Version String ${text} is of invalid format. Must be of format MajorNum.MinorNum.`;

const known = {
  v2: { id: 'v2.0', status: 'SUPPORTED', version: '', min: '', updated: '2011-01-21T11:33:21Z', media: '2' },
  'v2.1': {
    id: 'v2.1',
    status: 'CURRENT',
    version: `2.${maxMinor}`,
    min: '2.1',
    updated: '2013-07-23T11:33:21Z',
    media: '2.1',
  },
} as const;

export type VersionName = keyof typeof known;

export const isVersionName = (name: string): name is VersionName => Object.hasOwn(known, name);

const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const mediaType = (name: VersionName) => ({
  base: 'application/json',
  type: `application/vnd.openstack.compute+json;version=${known[name].media}`,
});

const summary = (request: IncomingMessage, name: VersionName) => {
  const { id, status, version, min, updated } = known[name];
  const links = [{ rel: 'self', href: `${origin(request)}/${name}/` }];
  return { id, status, version, min_version: min, updated, links };
};

/** `GET /`. */
export const versionList = (request: IncomingMessage): Reply =>
  json(200, { versions: [summary(request, 'v2'), summary(request, 'v2.1')] });

const documentation = { rel: 'describedby', type: 'text/html', href: 'http://docs.openstack.org/' };

/** `GET /v2.1/` and `GET /v2/`; no token is asked for. */
export const versionDocument = (request: IncomingMessage, name: VersionName): Reply => {
  const { links, ...told } = summary(request, name);
  return json(200, {
    version: { ...told, links: [...links, documentation], 'media-types': [mediaType(name)] },
  });
};

/** Any path that begins with no version: 300. */
export const multipleChoices = (request: IncomingMessage, path: string): Reply => {
  const choice = (name: VersionName) => ({
    id: known[name].id,
    status: known[name].status,
    links: [{ rel: 'self', href: `${origin(request)}/${name}${encodeURI(path)}` }],
    'media-types': [mediaType(name)],
  });
  return json(300, { choices: [choice('v2'), choice('v2.1')] });
};
