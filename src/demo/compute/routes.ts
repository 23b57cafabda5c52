import { matchPath } from '../wsgi-path.ts';
import type { NovaHandler } from './call.ts';
import { listFlavors, listFlavorsDetail, showFlavor } from './flavors.ts';
import { deleteImage, listImages, listImagesDetail, showImage } from './images.ts';
import {
  deleteMetadata,
  listMetadata,
  mergeMetadata,
  putMetadata,
  replaceMetadata,
  showMetadata,
} from './images-metadata.ts';
import { showLimits } from './limits.ts';
import { serverAction } from './server-actions.ts';
import { listServers, listServersDetail } from './server-list.ts';
import { createServer, deleteServer, showServer, updateServer } from './servers.ts';

export interface NovaRoute {
  readonly method: string;
  readonly pattern: readonly string[];
  /** The handler takes a body. */
  readonly body: boolean;
  /** Last minor version in which the call exists; the image proxies went away step by step. */
  readonly maxMinor: number;
  readonly run: NovaHandler;
}

const route = (line: string, run: NovaHandler, maxMinor = Number.POSITIVE_INFINITY): NovaRoute => {
  const [method = '', path = ''] = line.split(' ');
  return { method, pattern: path.split('/'), body: method === 'POST' || method === 'PUT', maxMinor, run };
};

const imageProxyEnd = 35;
const metadataProxyEnd = 38;

/** `detail` stands before `:id`: the first match wins. */
const routes: readonly NovaRoute[] = [
  route('GET images', listImages, imageProxyEnd),
  route('GET images/detail', listImagesDetail, imageProxyEnd),
  route('GET images/:id', showImage, imageProxyEnd),
  route('DELETE images/:id', deleteImage, imageProxyEnd),
  route('GET images/:id/metadata', listMetadata, metadataProxyEnd),
  route('POST images/:id/metadata', mergeMetadata, metadataProxyEnd),
  route('PUT images/:id/metadata', replaceMetadata, metadataProxyEnd),
  route('GET images/:id/metadata/:key', showMetadata, metadataProxyEnd),
  route('PUT images/:id/metadata/:key', putMetadata, metadataProxyEnd),
  route('DELETE images/:id/metadata/:key', deleteMetadata, metadataProxyEnd),
  route('GET servers', listServers),
  route('POST servers', createServer),
  route('GET servers/detail', listServersDetail),
  route('GET servers/:id', showServer),
  route('PUT servers/:id', updateServer),
  route('DELETE servers/:id', deleteServer),
  route('POST servers/:id/action', serverAction),
  route('GET limits', showLimits),
  route('GET flavors', listFlavors),
  route('GET flavors/detail', listFlavorsDetail),
  route('GET flavors/:id', showFlavor),
];

/** First path segments that belong to the API, for requests without a version in front. */
export const resources: ReadonlySet<string> = new Set(['images', 'servers', 'limits', 'flavors']);

export interface RouteMatch {
  readonly route: NovaRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** `undefined`: no such path with this method. Nova tells no 405: both are 404. */
export const findRoute = (method: string, segments: readonly string[]): RouteMatch | undefined => {
  for (const candidate of routes) {
    if (candidate.method !== method) continue;
    const params = matchPath(candidate.pattern, segments);
    if (params) return { route: candidate, params };
  }
  return undefined;
};
