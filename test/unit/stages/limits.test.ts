import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLimits } from '../../../src/adapters/limits-memory.ts';
import type { Exchange } from '../../../src/core/exchange.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { CloudLimits, LimitCharge, LimitsPort, Lookup } from '../../../src/core/ports.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { limits as limitsStage } from '../../../src/stages/limits.ts';
import { chargeOf, exchangeOf, limitOf } from '../../support/limits.ts';

const noon = Date.UTC(2026, 10, 23, 12);
const cloudLimits: CloudLimits = {
  limits: { rate: [], absolute: { maxImageMeta: 128 }, other: 1 },
  headers: {
    'content-type': 'application/json',
    'openstack-api-version': 'compute 2.1',
    vary: ['OpenStack-API-Version', 'X-OpenStack-Nova-API-Version'],
    'x-compute-request-id': 'req-of-the-cloud',
    etag: '"theirs"',
    'content-length': '2',
  },
};

interface Setting {
  readonly counted?: LimitsPort;
  readonly cloud?: Lookup<CloudLimits>;
  readonly absolute?: 'optional' | 'required' | 'none';
}

const ask = async (
  limits: readonly ReturnType<typeof limitOf>[],
  { counted, cloud, absolute = 'optional' }: Setting = {},
  exchange: Partial<Exchange> = {},
): Promise<Verdict> => {
  const check = limitsStage.prepare(
    { absolute },
    {
      limits: counted ?? createMemoryLimits(),
      cloudLimits: { limits: async () => cloud ?? { kind: 'found', value: cloudLimits } },
      clock: { now: () => noon },
    },
    { routeId: 'limits', operations: [], limits, schemas: new Map() },
  );
  return check(exchangeOf({ method: 'GET', path: '/v2.1/limits', ...exchange }));
};

const told = (verdict: Verdict): { readonly headers: object; readonly limits: JsonObject } => {
  assert.ok(verdict.kind === 'relay' && verdict.answer.status === 200);
  const { headers, body } = verdict.answer;
  return { headers, limits: JSON.parse(new TextDecoder().decode(body)).limits };
};

test('every limit is told with what remains of it, beside what the cloud says of its own', async () => {
  const counted = createMemoryLimits();
  const writes = limitOf({ name: 'writes', points: 2, methods: ['POST', 'PUT'] });
  const everything = limitOf({ name: 'all', key: 'global', points: 1000, per: 'minute', every: 10 });
  counted.consume([chargeOf(writes, 'project:p1', 2), chargeOf(everything, '*', 4)]);
  const { limits } = told(await ask([writes, everything], { counted }));
  const later = new Date(noon + 60_000).toISOString().slice(0, 16);
  const [first] = limits['rate'] as readonly { limit: readonly Record<string, unknown>[] }[];
  const [post, put, all] = first?.limit ?? [];
  assert.equal(String(post?.['next-available']).slice(0, 15), later.slice(0, 15));
  assert.deepEqual(
    { ...post, 'next-available': '' },
    {
      verb: 'POST',
      value: 2,
      remaining: 0,
      unit: 'MINUTE',
      'next-available': '',
      name: 'writes',
      for: 'project',
    },
  );
  assert.deepEqual({ ...put, verb: 'POST' }, post);
  assert.deepEqual(all, {
    verb: 'ALL',
    value: 1000,
    remaining: 996,
    unit: '10 MINUTES',
    'next-available': '2026-11-23T12:00:00.000Z',
    name: 'all',
    for: 'global',
  });
  assert.deepEqual(limits['absolute'], { maxImageMeta: 128 });
  assert.equal(limits['other'], 1);
});

test('looking at the limits charges nothing', async () => {
  const counted = createMemoryLimits();
  const limit = limitOf({ points: 1 });
  for (let turn = 0; turn < 3; turn += 1) await ask([limit], { counted });
  const peeked = counted.peek([chargeOf(limit)]);
  assert.equal(peeked.kind === 'counted' && peeked.states[0]?.remaining, 1);
});

test('limits are grouped by the routes that they count on, and those of the cloud come last', async () => {
  const cloud = { kind: 'found', value: { limits: { rate: [{ uri: 'theirs' }] }, headers: {} } } as const;
  const { limits } = told(
    await ask([limitOf({ name: 'a', routes: ['x', 'y'] }), limitOf({ name: 'b' }), limitOf({ name: 'c' })], {
      cloud,
    }),
  );
  const rate = limits['rate'] as readonly { uri: string; limit?: readonly unknown[] }[];
  assert.deepEqual(
    rate.map(({ uri, limit }) => [uri, limit?.length]),
    [
      ['x,y', 1],
      ['*', 2],
      ['theirs', undefined],
    ],
  );
  assert.deepEqual(limits['absolute'], {});
});

test('a limit that refuses nobody is not told', async () => {
  const { limits } = told(await ask([limitOf({ mode: 'flag' }), limitOf({ mode: 'off' })]));
  assert.deepEqual(limits['rate'], []);
});

test('a group and a burst are told as they apply to this caller', async () => {
  const limit = limitOf({
    groups: [{ name: 'partners', roles: [], projects: ['p1'], points: 50 }],
    burst: { points: 5, per: 'second', every: 1 },
  });
  const { limits } = told(await ask([limit]));
  const [{ limit: entries = [] } = {}] = limits['rate'] as readonly {
    limit?: readonly { value: number }[];
  }[];
  assert.deepEqual(
    entries.map(({ value }) => value),
    [50, 5],
  );
});

test('when the cloud does not tell its limits, ours are told, and that its are missing', async () => {
  const cloud = { kind: 'unavailable', reason: 'timeout' } as const;
  const { headers, limits } = told(await ask([limitOf()], { cloud }));
  assert.equal((headers as Record<string, string>)['x-limits-absolute'], 'unavailable');
  assert.deepEqual(limits['absolute'], {});
  const required = await ask([limitOf()], { cloud, absolute: 'required' });
  assert.ok(required.kind === 'deny' && required.fault === 'absolute-unavailable');
});

test("the cloud's refusal of the token, of the version or of the caller is told in its own words", async () => {
  for (const status of [400, 401, 403, 406]) {
    const answer = { status, headers: {}, body: new Uint8Array() };
    assert.deepEqual(await ask([limitOf()], { cloud: { kind: 'refused', answer } }), {
      kind: 'relay',
      answer,
    });
  }
});

test('a cloud without such a call leaves the answer to the gateway', async () => {
  const answer = { status: 404, headers: {}, body: new Uint8Array() };
  const { headers } = told(await ask([limitOf()], { cloud: { kind: 'refused', answer } }));
  assert.equal((headers as Record<string, string>)['x-limits-absolute'], 'unavailable');
});

test("the head is the cloud's own, but for what it says of the body that was replaced", async () => {
  const { headers } = told(await ask([limitOf()]));
  assert.deepEqual(headers, {
    'openstack-api-version': 'compute 2.1',
    vary: ['OpenStack-API-Version', 'X-OpenStack-Nova-API-Version'],
    'x-compute-request-id': 'req-of-the-cloud',
    'content-type': 'application/json',
    'cache-control': 'no-store',
  });
});

test('the cloud is not asked where only our limits are wanted', async () => {
  const cloud = { kind: 'unavailable', reason: 'refused' } as const;
  const { headers } = told(await ask([limitOf()], { cloud, absolute: 'none' }));
  assert.ok(!('x-limits-absolute' in headers));
});

test('a store that does not answer is told where that denies, and free limits are told where it allows', async () => {
  const silent: LimitsPort = {
    consume: () => ({ kind: 'unavailable', reason: 'timeout' }),
    peek: () => ({ kind: 'unavailable', reason: 'timeout' }),
  };
  const denied = await ask([limitOf()], { counted: silent });
  assert.ok(denied.kind === 'deny' && denied.fault === 'limits-unavailable');
  const nothing = (_charges: readonly LimitCharge[]) => ({ kind: 'counted', states: [] }) as const;
  const { limits } = told(await ask([limitOf()], { counted: { consume: nothing, peek: nothing } }));
  assert.match(JSON.stringify(limits['rate']), /"remaining":3/);
});

test('any other call of the path goes its way', async () => {
  assert.deepEqual(await ask([limitOf()], {}, { method: 'POST' }), { kind: 'pass' });
});
