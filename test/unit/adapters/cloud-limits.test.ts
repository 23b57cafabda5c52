import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCloudLimits } from '../../../src/adapters/cloud-limits.ts';
import type { HttpAnswer, HttpRequest } from '../../../src/adapters/http-client.ts';

const asked = async (base: string, path: string, headers: Record<string, string | string[]> = {}) => {
  const seen: HttpRequest[] = [];
  const client = {
    request: async (request: HttpRequest): Promise<HttpAnswer> => {
      seen.push(request);
      const body = new TextEncoder().encode('{"limits":{"absolute":{}}}');
      return { kind: 'answered', status: 200, headers: { vary: ['a', 'b'], gone: undefined }, body };
    },
    close: async () => undefined,
  };
  const caller = { token: 't', projectId: 'p1' };
  const answer = await createCloudLimits({ client, base }).limits(
    { path, query: '?reserved=1', headers },
    caller,
    AbortSignal.abort(),
  );
  return { answer, request: seen[0] };
};

test('the cloud is asked in the version that the path of the request names', async () => {
  const rows = [
    ['/v2.1', '/v2.1/limits', '/v2.1/limits?reserved=1'],
    ['/v2', '/v2.1/p1/limits.json', '/v2.1/limits?reserved=1'],
    ['/v2.1', '/v2/limits', '/v2/limits?reserved=1'],
    ['/v2.1', '/limits', '/v2.1/limits?reserved=1'],
    ['/v2.1', '/v2limits', '/v2.1/limits?reserved=1'],
    ['/compute/v2.1', '/v2/limits', '/compute/v2/limits?reserved=1'],
    ['/v2/{project}', '/v2.1/limits', '/v2.1/p1/limits?reserved=1'],
    ['', '/v2.1/limits', '/limits?reserved=1'],
  ] as const;
  for (const [base, path, wanted] of rows) {
    assert.equal((await asked(base, path)).request?.path, wanted, `${base} ${path}`);
  }
});

test('the version that its headers name is asked for, and nothing else of them', async () => {
  const { request, answer } = await asked('/v2.1', '/v2.1/limits', {
    'openstack-api-version': ['volume 3.0', 'compute 2.57'],
    'x-openstack-nova-api-version': '2.57',
    'x-other': 'x',
  });
  assert.deepEqual(request?.headers, {
    'openstack-api-version': 'volume 3.0, compute 2.57',
    'x-openstack-nova-api-version': '2.57',
    'x-auth-token': 't',
    accept: 'application/json',
  });
  assert.deepEqual(answer, {
    kind: 'found',
    value: { limits: { absolute: {} }, headers: { vary: ['a', 'b'] } },
  });
});
