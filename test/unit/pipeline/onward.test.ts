import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fieldsOf } from '../../../src/core/header-list.ts';
import { RequestExchange } from '../../../src/pipeline/exchange.ts';
import { headersToForward } from '../../../src/pipeline/onward.ts';

const exchange = (): RequestExchange =>
  new RequestExchange(
    {
      requestId: 'req-1',
      method: 'GET',
      path: '/images',
      query: '',
      params: {},
      headers: {},
      clientAddress: '192.0.2.9',
      routeId: 'images',
      operation: undefined,
      receivedAt: 0,
    },
    { images: { image: () => assert.fail() }, servers: { server: () => assert.fail() } } as never,
  );

const leaving = (x: RequestExchange, passed: readonly string[], trace?: Record<string, string>) =>
  ({ ...fieldsOf(headersToForward(x, passed, trace)) }) as Record<string, string | string[]>;

test('what the client says stands beside what stages set', () => {
  const x = exchange();
  x.upstreamHeaders['x-user-id'] = 'u1';
  assert.deepEqual(leaving(x, ['accept', 'a', 'cookie', 'b', 'cookie', 'c']), {
    accept: 'a',
    cookie: ['b', 'c'],
    'x-user-id': 'u1',
    'x-openstack-request-id': 'req-1',
  });
});

test('what a stage dropped does not leave, however often it stands', () => {
  const x = exchange();
  x.droppedHeaders.push('x-auth-token');
  const left = leaving(x, ['x-auth-token', 'a', 'accept', 'b', 'x-auth-token', 'c']);
  assert.deepEqual(Object.keys(left), ['accept', 'x-openstack-request-id']);
});

test('a trace is told anew, and the state of another parent does not leave', () => {
  const said = ['traceparent', 'old', 'tracestate', 'old'];
  assert.equal(leaving(exchange(), said, { traceparent: 'new' })['traceparent'], 'new');
  assert.equal(leaving(exchange(), said, { traceparent: 'new' })['tracestate'], undefined);
  assert.equal(leaving(exchange(), said)['tracestate'], 'old');
});

test('a flag is told, and a client cannot tell one itself when there is one', () => {
  const x = exchange();
  x.flags.push('authorize: forbidden');
  assert.equal(leaving(x, ['x-policy-flag', 'none'])['x-policy-flag'], 'authorize: forbidden');
});

test('whatever a client sends, what stages set leaves once and as they set it', () => {
  const name = fc.constantFrom(
    'x-user-id',
    'x-roles',
    'x-openstack-request-id',
    'constructor',
    '__proto__',
    'x-a',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), (fields) => {
      const x = exchange();
      x.upstreamHeaders['x-user-id'] = 'u1';
      x.upstreamHeaders['x-roles'] = 'member';
      const list = headersToForward(x, fields.flat());
      const values = (wanted: string) =>
        list.filter((_, index) => index % 2 === 1 && list[index - 1] === wanted);
      assert.deepEqual(values('x-user-id'), ['u1']);
      assert.deepEqual(values('x-roles'), ['member']);
      assert.deepEqual(values('x-openstack-request-id'), ['req-1']);
      for (const free of ['constructor', '__proto__', 'x-a'])
        assert.deepEqual(
          values(free),
          fields.filter(([each]) => each === free).map(([, value]) => value),
        );
    }),
  );
});
