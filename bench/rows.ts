/** The rows of the table: which proxy, with which policies, and what it is asked. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { GatewayVariant } from './gateway-files.ts';
import { bodyOf, path, sampleBody, sampleHeaders, token } from './sample.ts';

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly does: string;
  /** A script beside this file, our gateway, or nginx. */
  readonly proxy:
    | { readonly kind: 'script'; readonly file: string }
    | { readonly kind: 'gateway'; readonly variant: GatewayVariant }
    | { readonly kind: 'nginx'; readonly lua: boolean };
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The status that every answer must have, or the row is void. */
  readonly status?: number;
}

export const project = join(import.meta.dirname, '..');
export const tokenHash = createHash('sha256').update(token).digest('hex');

const script = (file: string): Row['proxy'] => ({
  kind: 'script',
  file: join(import.meta.dirname, 'rows', file),
});
const gateway = (variant: Partial<GatewayVariant> = {}): Row['proxy'] => ({
  kind: 'gateway',
  variant: { policies: 'all', ...variant },
});
const all = 'all policies';

const withToken = (value: string): Record<string, string> => ({ ...sampleHeaders, 'x-auth-token': value });

export const rows: readonly Row[] = [
  { id: 'undici', name: 'bare node:http + undici', does: 'nothing', proxy: script('undici.ts') },
  { id: 'http-proxy', name: 'bare http-proxy-3', does: 'nothing', proxy: script('http-proxy.ts') },
  { id: 'nginx', name: 'nginx', does: 'nothing', proxy: { kind: 'nginx', lua: false } },
  { id: 'nginx-lua', name: 'nginx + Lua', does: all, proxy: { kind: 'nginx', lua: true } },
  { id: 'fastify', name: 'fastify + reply-from', does: all, proxy: script('fastify.ts') },
  { id: 'express', name: 'express + http-proxy-3', does: all, proxy: script('express.ts') },
  { id: 'ours', name: 'images-gateway', does: all, proxy: gateway() },
  {
    id: 'ours-none',
    name: 'images-gateway',
    does: 'no policies, no logs',
    proxy: gateway({ policies: 'none' }),
  },
  {
    id: 'ours-redis',
    name: 'images-gateway',
    does: `${all}, limits in Redis`,
    proxy: gateway({ redis: 'REDIS' }),
  },
  { id: 'routes-8', name: 'images-gateway', does: `${all}, 8 routes`, proxy: gateway({ routes: 7 }) },
  { id: 'routes-200', name: 'images-gateway', does: `${all}, 200 routes`, proxy: gateway({ routes: 199 }) },
  {
    id: 'body-100',
    name: 'images-gateway',
    does: `${all}, body of 100 B`,
    proxy: gateway(),
    body: bodyOf(100),
  },
  {
    id: 'body-4k',
    name: 'images-gateway',
    does: `${all}, body of 4 KiB`,
    proxy: gateway(),
    body: bodyOf(4096),
  },
  {
    id: 'body-60k',
    name: 'images-gateway',
    does: `${all}, body of 60 KiB`,
    proxy: gateway(),
    body: bodyOf(61_440),
  },
  {
    id: 'reject-401',
    name: 'images-gateway',
    does: '401, unknown token',
    proxy: gateway(),
    headers: withToken('0'.repeat(32)),
    status: 401,
  },
  {
    id: 'reject-400',
    name: 'images-gateway',
    does: '400, schema',
    proxy: gateway(),
    body: '{"metadata":{"a/b":"x"}}',
    status: 400,
  },
  {
    id: 'reject-413',
    name: 'images-gateway',
    does: '413, own limit',
    proxy: gateway({ points: 1, limited: 'project' }),
    status: 413,
  },
  {
    id: 'reject-503',
    name: 'images-gateway',
    does: "503, service's limit",
    proxy: gateway({ points: 1, limited: 'global' }),
    status: 503,
  },
];

export const requestOf = (row: Row) => ({
  method: 'POST' as const,
  path,
  headers: { ...(row.headers ?? sampleHeaders) },
  body: row.body ?? sampleBody,
});
