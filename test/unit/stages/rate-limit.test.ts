import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createMemoryLimits } from '../../../src/adapters/limits-memory.ts';
import type { Exchange } from '../../../src/core/exchange.ts';
import type { LimitsPort } from '../../../src/core/ports.ts';
import { OptionError } from '../../../src/core/stage.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { rateLimit } from '../../../src/stages/rate-limit.ts';
import { exchangeOf, identityOf, limitOf } from '../../support/limits.ts';

type Options = Parameters<typeof rateLimit.prepare>[0];

const defaults: Options = {
  keys: ['project', 'user', 'address', 'global'],
  status: 413,
  fields: true,
  shape: 'repose',
  retryAfter: 'seconds',
};
const noon = Date.UTC(2026, 10, 23, 12);
mock.timers.enable({ apis: ['Date', 'setTimeout'], now: noon });

const prepared = (
  limits: readonly ReturnType<typeof limitOf>[],
  options: Partial<Options> = {},
  port: LimitsPort = createMemoryLimits(),
): ((exchange: Exchange) => Verdict | Promise<Verdict>) =>
  rateLimit.prepare(
    { ...defaults, ...options },
    { limits: port, clock: { now: () => noon } },
    { routeId: 'images', operations: [], limits, schemas: new Map() },
  );

const refusal = (verdict: Verdict | Promise<Verdict>) => {
  assert.ok(!(verdict instanceof Promise));
  assert.ok(verdict.kind === 'deny', 'refused');
  return verdict;
};

test('a caller past its own limit is refused with the limit, the wait and the moment in words', () => {
  const check = prepared([limitOf({ points: 1, methods: ['POST', 'PUT'] })]);
  check(exchangeOf());
  const { fault, message, members, retryAfterMs, responseHeaders } = refusal(check(exchangeOf()));
  assert.equal(fault, 'over-limit');
  assert.equal(message, 'Over the limit of 1 write per minute for this project. Retry after 60 seconds.');
  assert.deepEqual(members, { retryAfter: '2026-11-23T12:01:00Z', retryAt: '2026-11-23T12:01:00Z' });
  assert.equal(retryAfterMs, 60_000);
  assert.deepEqual(responseHeaders, {
    'ratelimit-policy': '"writes";q=1;w=60',
    ratelimit: '"writes";r=0;t=60',
  });
});

test('a global limit that is used up is a matter of the service', () => {
  const check = prepared([limitOf({ points: 1, key: 'global', per: 'second', every: 5 })]);
  check(exchangeOf());
  const { fault, message } = refusal(check(exchangeOf({ identity: identityOf('another') })));
  assert.equal(fault, 'service-over-limit');
  assert.equal(
    message,
    'The service is at its limit of 1 request per 5 seconds for all callers together. Retry after 5 seconds.',
  );
});

test('where both refuse, the own limit is named and the longest wait is told', () => {
  const check = prepared([
    limitOf({ points: 1, key: 'global', per: 'hour' }),
    limitOf({ points: 1, name: 'own' }),
  ]);
  check(exchangeOf());
  const { fault, retryAfterMs } = refusal(check(exchangeOf()));
  assert.equal(fault, 'over-limit');
  assert.equal(retryAfterMs, 3_600_000);
});

test('status, fields and the form of Retry-After follow the options', () => {
  const check = prepared([limitOf({ points: 1 })], { status: 429, fields: false, retryAfter: 'http-date' });
  check(exchangeOf());
  const { fault, headers, responseHeaders, retryAfterMs } = refusal(check(exchangeOf()));
  assert.equal(fault, 'over-limit-429');
  assert.deepEqual(headers, { 'retry-after': 'Mon, 23 Nov 2026 12:01:00 GMT' });
  assert.equal(retryAfterMs, 60_000);
  assert.equal(responseHeaders, undefined);
});

test('a request within its limits carries the RateLimit fields, burst included', () => {
  const check = prepared([
    limitOf({ points: 100, burst: { points: 10, per: 'second', every: 1 } }),
    limitOf({ name: 'every"one\\', key: 'global', points: 1000, per: 'second' }),
  ]);
  assert.deepEqual(check(exchangeOf()), {
    kind: 'pass',
    responseHeaders: {
      'ratelimit-policy': '"writes";q=100;w=60, "writes-burst";q=10;w=1, "every\\"one\\\\";q=1000;w=1',
      ratelimit: '"writes";r=99;t=60, "writes-burst";r=9;t=1, "every\\"one\\\\";r=999;t=1',
    },
  });
});

test('only limits of the route, the method and the chosen keys count', () => {
  const check = prepared(
    [
      limitOf({ name: 'elsewhere', points: 1, routes: ['servers'] }),
      limitOf({ name: 'reads', points: 1, methods: ['GET'] }),
      limitOf({ name: 'address', points: 1, key: 'address' }),
      limitOf({ name: 'switched off', points: 1, mode: 'off' }),
    ],
    { keys: ['project', 'global'] },
  );
  for (let turn = 0; turn < 3; turn += 1) assert.deepEqual(check(exchangeOf()), { kind: 'pass' });
  check(exchangeOf({ method: 'GET' }));
  assert.equal(refusal(check(exchangeOf({ method: 'GET' }))).fault, 'over-limit');
});

test('a limit in flag mode refuses nothing, is not advertised, and marks what it would have refused', () => {
  const check = prepared([limitOf({ points: 1, mode: 'flag' })]);
  assert.deepEqual(check(exchangeOf()), { kind: 'pass' });
  assert.deepEqual(check(exchangeOf()), {
    kind: 'pass',
    flag: 'over-limit',
    notes: { flaggedLimits: ['writes'] },
  });
});

test('callers that are not known are counted by address, apart from each other and from any project', () => {
  const check = prepared([limitOf({ points: 1 })], { fields: false });
  const from = (clientAddress: string) => check(exchangeOf({ identity: undefined, clientAddress }));
  assert.equal(check(exchangeOf({ identity: identityOf('192.0.2.1') })), from('192.0.2.1'));
  assert.equal((from('192.0.2.2') as Verdict).kind, 'pass');
  assert.equal(refusal(from('192.0.2.1')).fault, 'over-limit');
  assert.equal((from('2001:db8::1') as Verdict).kind, 'pass');
  assert.equal(refusal(from('2001:db8::2')).fault, 'over-limit');
});

test('the members of a group have an allowance of their own, beside that of the rest of their project', () => {
  const check = prepared([
    limitOf({
      points: 2,
      burst: { points: 2, per: 'second', every: 1 },
      groups: [
        { name: 'robots', roles: ['robot'], projects: [], points: 2 },
        {
          name: 'operators',
          roles: ['admin'],
          projects: [],
          points: 9,
          burst: { points: 3, per: 'second', every: 1 },
        },
      ],
    }),
  ]);
  const passes = (...roles: string[]): number => {
    let count = 0;
    while ((check(exchangeOf({ identity: identityOf('p1', roles) })) as Verdict).kind === 'pass') count += 1;
    return count;
  };
  assert.deepEqual([passes('robot'), passes('member'), passes('admin'), passes('robot')], [2, 2, 3, 0]);
});

test('the first group that a caller is in gives the allowance', () => {
  const check = prepared([
    limitOf({
      points: 1,
      groups: [
        { name: 'partners', roles: [], projects: ['p1'], points: 2 },
        { name: 'operators', roles: ['admin'], projects: [], points: 3 },
      ],
    }),
  ]);
  const passes = (identity: ReturnType<typeof identityOf>): number => {
    let count = 0;
    while (count < 9 && (check(exchangeOf({ identity })) as Verdict).kind === 'pass') count += 1;
    return count;
  };
  assert.deepEqual(
    [passes(identityOf('p1', ['admin'])), passes(identityOf('p2', ['admin'])), passes(identityOf('p3'))],
    [2, 3, 1],
  );
});

test('an operation takes as many points as it costs', () => {
  const check = prepared([limitOf({ points: 5, costs: { 'image-create': 3 } })]);
  const create = exchangeOf({ operation: { name: 'image-create' } as NonNullable<Exchange['operation']> });
  check(create);
  assert.match(refusal(check(create)).message, /5 points per minute/);
  assert.equal((check(exchangeOf()) as Verdict).kind, 'pass');
});

test('images are counted apart over a bounded number of counters', () => {
  const limits = createMemoryLimits();
  const check = prepared([limitOf({ points: 1, perImage: { maxKeys: 8 } })], {}, limits);
  const write = (imageId: string) => (check(exchangeOf({ params: { imageId } })) as Verdict).kind;
  assert.deepEqual([write('a'), write('b'), write('a')], ['pass', 'pass', 'deny']);
  for (let index = 0; index < 500; index += 1) write(`image ${index}`);
  assert.equal(limits.size(), 8);
});

test('a store that does not answer, where that denies, is not called a limit', () => {
  const down: LimitsPort = {
    consume: () => ({ kind: 'unavailable', reason: 'timeout' }),
    peek: () => ({ kind: 'unavailable', reason: 'timeout' }),
  };
  const { fault, retryAfterMs, message, members } = refusal(prepared([limitOf()], {}, down)(exchangeOf()));
  assert.equal(fault, 'limits-unavailable');
  assert.equal(retryAfterMs, 1000);
  assert.equal(message, 'The limits cannot be checked at the moment. Retry after 1 second.');
  assert.deepEqual(members, { retryAfter: '2026-11-23T12:00:01Z', retryAt: '2026-11-23T12:00:01Z' });
});

test('a window longer than counters can be held is refused at load', () => {
  assert.throws(
    () => prepared([limitOf({ per: 'day', every: 25 })]),
    (error) => error instanceof OptionError && error.message.includes('limits.yaml:3'),
  );
});
