/**
 * The policies of the benchmark as one would write them by hand: cached token, role, three limits, strict schema,
 * the rule about the guarded key, metrics, an access line and a decision line.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { pino } from 'pino';
import { Counter, Histogram } from 'prom-client';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { points, schemas, tokens } from './settings.ts';

interface Caller {
  readonly user: string;
  readonly project: string;
  readonly roles: readonly string[];
}

export interface Refusal {
  readonly status: number;
  readonly stage: string;
  readonly message: string;
}

const lines = pino.destination({ fd: 1, minLength: 4096, sync: false });
export const log = pino(lines);
// What is gathered must be counted too, when the row is asked whether its policies are equal.
process.once('SIGTERM', () => {
  lines.flushSync();
  process.exit(0);
});

const cache = new LRUCache<string, Caller>({ max: 10_000, ttl: 60_000 });
for (const [hash, roles] of Object.entries(tokens))
  cache.set(hash, { user: 'user-1', project: 'project-1', roles }, { ttl: 0 });

const limiters = ['project', 'address', 'global'].map(
  (keyPrefix) => new RateLimiterMemory({ keyPrefix, points, duration: 3600 }),
);

const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { uuid: true } });
const read = (name: string) => JSON.parse(readFileSync(join(schemas, name), 'utf8'));
ajv.addSchema(read('metadata.json'), '/schemas/metadata.json');
ajv.addSchema(read('image-metadata-merge.json'), '/schemas/image-metadata-merge.json');
const valid = ajv.getSchema('/schemas/image-metadata-merge.json');

export const callerOf = (token: unknown): Caller | Refusal => {
  if (typeof token !== 'string') return { status: 401, stage: 'authenticate', message: 'no token' };
  const caller = cache.get(createHash('sha256').update(token).digest('hex'));
  if (caller === undefined) return { status: 401, stage: 'authenticate', message: 'invalid token' };
  return caller.roles.includes('member')
    ? caller
    : { status: 403, stage: 'authorize', message: 'role needed' };
};

export interface Allowance {
  readonly policy: string;
  readonly state: string;
}

export const limited = async (caller: Caller, address: string): Promise<Allowance | Refusal> => {
  try {
    const keys = [caller.project, address, '*'];
    const counted = await Promise.all(
      limiters.map((limiter, index) => limiter.consume(keys[index] as string)),
    );
    return {
      policy: limiters.map(({ keyPrefix, points }) => `"${keyPrefix}";q=${points};w=3600`).join(', '),
      state: counted
        .map(
          ({ remainingPoints, msBeforeNext }, index) =>
            `"${limiters[index]?.keyPrefix}";r=${remainingPoints};t=${Math.ceil(msBeforeNext / 1000)}`,
        )
        .join(', '),
    };
  } catch {
    return { status: 413, stage: 'rate-limit', message: 'over the limit' };
  }
};

export const judgeBody = (body: unknown): Refusal | undefined => {
  if (valid?.(body) !== true)
    return { status: 400, stage: 'metadata-schema', message: ajv.errorsText(valid?.errors) };
  const { metadata } = body as { metadata: Record<string, string> };
  const guarded = Object.keys(metadata).find((key) => key.trim().toLowerCase() === 'auto_disk_config');
  if (guarded === undefined) return undefined;
  if (/^(true|false)$/i.test(metadata[guarded] ?? ''))
    return {
      status: 409,
      stage: 'disk-config-guard',
      message: 'looks nothing up, so it lets no change pass',
    };
  return { status: 400, stage: 'disk-config-values', message: 'TRUE or FALSE' };
};

/** Headers by which a client could pretend to be somebody else. */
export const isIdentityHeader = (name: string): boolean =>
  /^x[-_](identity[-_]status|user|project|tenant|roles?|domain)/i.test(name);

/** What the service behind is told of the caller. */
export const identityHeaders = (caller: Caller): Record<string, string> => ({
  'x-identity-status': 'Confirmed',
  'x-user-id': caller.user,
  'x-project-id': caller.project,
  'x-tenant-id': caller.project,
  'x-roles': caller.roles.join(','),
});

export const requestId = (): string => `req-${randomUUID()}`;

const requests = new Counter({
  name: 'http_requests_total',
  help: 'Requests.',
  labelNames: ['method', 'route', 'status'],
});
const durations = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Duration.',
  labelNames: ['method', 'route'],
});
const verdicts = new Counter({ name: 'verdicts_total', help: 'Verdicts.', labelNames: ['stage', 'outcome'] });
const stages = [
  'authenticate',
  'authorize',
  'rate-limit',
  'metadata-schema',
  'disk-config-values',
  'disk-config-guard',
];

export interface Finished {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly started: number;
  readonly caller: Caller | undefined;
  readonly refusal: Refusal | undefined;
}

export const finish = ({ id, method, path, status, started, caller, refusal }: Finished): void => {
  const ms = performance.now() - started;
  const route = 'image-metadata-write';
  requests.inc({ method, route, status });
  durations.observe({ method, route }, ms / 1000);
  const passed = refusal === undefined ? stages : stages.slice(0, stages.indexOf(refusal.stage));
  for (const stage of passed) verdicts.inc({ stage, outcome: 'pass' });
  if (refusal !== undefined) verdicts.inc({ stage: refusal.stage, outcome: 'deny' });
  const who = { user: caller?.user, project: caller?.project };
  log.info({ kind: 'access', request: id, method, path, status, ms, route, ...who }, 'request');
  log.info(
    {
      kind: 'decision',
      request: id,
      route,
      ...who,
      verdicts: passed.map((stage) => ({ stage, outcome: 'pass' })),
      fault: refusal?.stage,
      status,
    },
    'decision',
  );
};

export const isRefusal = (value: object): value is Refusal => 'status' in value;

export const faultBody = ({ status, message, stage }: Refusal): object => ({
  [status === 413 ? 'overLimit' : 'badRequest']: { code: status, message, details: stage },
});
