/** The rows of the table: which proxy, with which policies, and what it is asked. */
import { join } from 'node:path';
import type { GatewayVariant } from './gateway-files.ts';
import type { Load } from './load.ts';
import { bodyOf, path, sampleBody, sampleHeaders, unknownToken } from './sample.ts';

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly does: string;
  /** A script of the folder `rows`, our gateway, or nginx. */
  readonly proxy:
    | { readonly kind: 'script'; readonly file: string }
    | { readonly kind: 'gateway'; readonly variant: GatewayVariant }
    | { readonly kind: 'nginx'; readonly lua: boolean };
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many tokens take turns; the sample's one when left out. */
  readonly tokens?: number;
  /** The status that every answer must have, or the row is void. */
  readonly status?: number;
}

export const rowsFolder = join(import.meta.dirname, 'rows');

const script = (file: string): Row['proxy'] => ({ kind: 'script', file });
const gateway = (variant: Partial<GatewayVariant> = {}): Row['proxy'] => ({
  kind: 'gateway',
  variant: { policies: 'all', ...variant },
});
const all = 'all policies';

/** Ours with all policies, but for what is said otherwise. */
const ours = (id: string, does: string, other: Partial<Row> = {}): Row => ({
  id,
  name: 'images-gateway',
  does,
  proxy: gateway(),
  ...other,
});

export const rows: readonly Row[] = [
  { id: 'undici', name: 'bare node:http + undici', does: 'nothing', proxy: script('undici.ts') },
  { id: 'http-proxy', name: 'bare http-proxy-3', does: 'nothing', proxy: script('http-proxy.ts') },
  { id: 'nginx', name: 'nginx', does: 'nothing', proxy: { kind: 'nginx', lua: false } },
  { id: 'nginx-lua', name: 'nginx + Lua', does: all, proxy: { kind: 'nginx', lua: true } },
  { id: 'fastify', name: 'fastify + reply-from', does: all, proxy: script('fastify.ts') },
  { id: 'express', name: 'express + http-proxy-3', does: all, proxy: script('express.ts') },
  ours('ours', all),
  ours('ours-none', 'no policies, no logs', { proxy: gateway({ policies: 'none' }) }),
  ours('ours-redis', `${all}, limits in Redis`, { proxy: gateway({ redis: 'REDIS' }) }),
  ours('routes-1', `${all}, 1 route`, { proxy: gateway() }),
  ours('routes-8', `${all}, 8 routes`, { proxy: gateway({ routes: 7 }) }),
  ours('routes-200', `${all}, 200 routes`, { proxy: gateway({ routes: 199 }) }),
  ours('body-100', `${all}, body of 100 B`, { body: bodyOf(100) }),
  ours('body-4k', `${all}, body of 4 KiB`, { body: bodyOf(4096) }),
  ours('body-60k', `${all}, body of 60 KiB`, { body: bodyOf(61_440) }),
  ours('tokens-1', `${all}, 1 cached token`, { tokens: 1 }),
  ours('tokens-100k', `${all}, 100,000 cached tokens`, { tokens: 100_000 }),
  ours('reject-401', '401, unknown token', {
    headers: { ...sampleHeaders, 'x-auth-token': unknownToken },
    status: 401,
  }),
  ours('reject-400', '400, schema', { body: '{"metadata":{"a/b":"x"}}', status: 400 }),
  ours('reject-413', '413, own limit', { proxy: gateway({ points: 1, limited: 'project' }), status: 413 }),
  ours('reject-503', "503, service's limit", {
    proxy: gateway({ points: 1, limited: 'global' }),
    status: 503,
  }),
  ours('workers-1', `${all}, 1 worker`, { proxy: gateway({ workers: 1 }) }),
  ours('workers-2', `${all}, 2 workers`, { proxy: gateway({ workers: 2 }) }),
];

export const rowOf = (id: string): Row => {
  const row = rows.find((each) => each.id === id);
  if (row === undefined)
    throw new Error(`There is no row "${id}". There are: ${rows.map((each) => each.id).join(', ')}.`);
  return row;
};

/** What the row is asked, at an address. */
export const requestOf = (row: Row, url: string): Omit<Load, 'seconds' | 'connections'> => ({
  url: url + path,
  method: 'POST' as const,
  headers: { ...(row.headers ?? sampleHeaders) },
  body: row.body ?? sampleBody,
  ...(row.tokens === undefined ? {} : { tokens: row.tokens }),
});
