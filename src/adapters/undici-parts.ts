import { createRequire } from 'node:module';
import type * as undici from 'undici';

export type { buildConnector, Client, Dispatcher, Pool } from 'undici';

/**
 * The three parts of undici that are used here, taken from their own files: the package's index loads fetch, WebSocket,
 * caches and mocks too, which would be a tenth of a start and eight megabytes in every process (docs/adr/013). The
 * version is exact, and nothing starts when a file has moved.
 */
const load = createRequire(import.meta.url);

export const HttpConnection: typeof undici.Client = load('undici/lib/dispatcher/client.js');
export const HttpPool: typeof undici.Pool = load('undici/lib/dispatcher/pool.js');
export const connectorFrom: typeof undici.buildConnector = load('undici/lib/core/connect.js');
