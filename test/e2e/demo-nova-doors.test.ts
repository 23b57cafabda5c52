import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import type { DemoCallOptions } from '../support/demo-call.ts';
import { demoCall } from '../support/demo-call.ts';

/**
 * The many spellings by which a request reaches an image in Nova 26.2.2 behind uwsgi, as recorded. A gateway that does
 * not refuse them has back doors; the demo has the same doors, so that tests can prove that they are shut.
 */
let cloud: DemoCloud;
before(async () => {
  cloud = await startDemoCloud({ foldKeys: false });
});
after(() => cloud.close());

const call = (method: string, target: string, options: DemoCallOptions = {}) =>
  demoCall(cloud.computeUrl, method, target, { token: cloud.seed.tokens.demo, ...options });

const expand = (target: string): string =>
  target.replaceAll('ID', cloud.seed.images.protected).replaceAll('PROJECT', cloud.seed.projects.demo);

test('path spellings that reach the image', async () => {
  const reached = [
    '/v2.1/images/ID/metadata',
    '/v2/images/ID/metadata',
    '/v2.1/PROJECT/images/ID/metadata',
    '/v2/PROJECT/images/ID/metadata',
    '//v2.1/images//ID//metadata',
    '/v2.1/./servers/../images/ID/metadata',
    '/x/../../v2.1/images/other/../ID/metadata',
    '/v2%2e1/%69mages/ID/%6detadata',
    '/v2.1%2fimages%2FID%2fmetadata',
    '/v2.1/images/ID%0a/metadata',
    '/v2.1/images/ID/metadata%0a',
    '/v2.1/images/ID/metadata%',
    '/v2.1/images/ID%3fx=/metadata',
    '/v2.1/images/ID%23x/metadata',
    '/v2.1/images/ID/metadata?x=1',
    '/v2.1/images/ID/metadata#frag',
    'http://other.example/v2.1/images/ID/metadata',
    '/images/ID/metadata',
  ];
  for (const [at, target] of reached.entries()) {
    const body = { metadata: { probe: `p${at}` } };
    assert.deepEqual((await call('POST', expand(target), { body })).json, body, target);
  }
  const upper = `/v2.1/images/${cloud.seed.images.protected.toUpperCase()}/metadata`;
  assert.equal((await call('POST', upper, { body: { metadata: {} } })).status, 200);
});

test('path spellings that do not', async () => {
  const refused: readonly (readonly [string, number])[] = [
    ['/v2.1/images/ID/metadata/', 404],
    ['/v2.1/images/ID/metadata//', 404],
    ['/v2.1/images/ID/metadata/.', 404],
    ['/v2.1/images/ID/metadata/x/..', 404],
    ['/v2.1/images/ID/metadata.json', 404],
    ['/v2.1/images/ID/metadata;x=1', 404],
    ['/v2.1/servers/%2e%2e/images/ID/metadata', 404],
    ['/v2.1/servers/..%2fimages/ID/metadata', 404],
    ['/v2.1/images/ID%252fmetadata', 404],
    ['/v2.1/images/ID%20/metadata', 404],
    ['/v2.1/images/ID%00/metadata', 404],
    ['/v2.1/IMAGES/ID/metadata', 404],
    ['/v2.1/images/ID/metadata%zz', 404],
    ['/v2.1/zz/images/ID/metadata', 404],
    ['/v2.1/123/images/ID/metadata', 400],
    [`/v2.1/${cloud.seed.projects.other}/images/ID/metadata`, 400],
    ['/V2.1/images/ID/metadata', 300],
    ['/v3/images/ID/metadata', 300],
  ];
  for (const [target, status] of refused) {
    const answer = await call('POST', expand(target), { body: { metadata: { not: 'reached' } } });
    assert.equal(answer.status, status, target);
  }
  await assert.rejects(call('POST', expand('/v2.1/images/ID%ff/metadata'), { body: { metadata: {} } }));
});

test('wrong methods are 404 in plain text without Allow; OPTIONS is 200 and empty, without a token too', async () => {
  const target = expand('/v2.1/images/ID/metadata');
  for (const [method, path] of [
    ['PATCH', target],
    ['DELETE', target],
    ['POST', `${target}/k`],
    ['POST', '/v2.1/images'],
  ] as const) {
    const answer = await call(method, path, { body: { metadata: {} } });
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.allow, undefined);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(answer.text, '404 Not Found\n\nThe resource could not be found.\n\n   ');
    assert.equal(answer.headers['openstack-api-version'], undefined);
  }
  assert.equal((await call('HEAD', target)).status, 404);
  const options = await demoCall(cloud.computeUrl, 'OPTIONS', target);
  assert.deepEqual([options.status, options.text], [200, '']);
});

test('_method in the query runs another action, wherever it hides', async () => {
  const target = expand('/v2.1/images/ID/metadata');
  const stored = async () => (await call('GET', target)).json.metadata;
  await call('PUT', target, { body: { metadata: { keep: '1' } } });
  await call('PUT', `${target}?_method=POST`, { body: { metadata: { one: 'x' } } });
  assert.deepEqual(await stored(), { keep: '1', one: 'x' });
  await call('POST', `${target}?_method=PUT`, { body: { metadata: { two: 'x' } } });
  assert.deepEqual(await stored(), { two: 'x' });
  assert.equal((await call('GET', `${target}/two?_method=DELETE`)).status, 204);
  assert.deepEqual(await stored(), {});
  const written = await call('POST', `${target}/k?_method=put`, { body: { meta: { k: 'v' } } });
  assert.deepEqual(written.json, { meta: { k: 'v' } });
  const last = await call('PUT', `${target}?_method=GET&_method=POST`, { body: { metadata: { m: '1' } } });
  assert.deepEqual(last.json.metadata, { k: 'v', m: '1' });
  assert.equal((await call('PUT', `${target}?_method=`, { body: { metadata: {} } })).status, 200);
});

test('_method that does not fit the body is a 500, an unknown one a 404, an encoded name is none', async () => {
  const target = expand('/v2.1/images/ID/metadata');
  const fault = async (method: string, query: string) =>
    (await call(method, target + query, method === 'GET' ? {} : { body: { metadata: {} } })).json
      ?.computeFault?.message;
  assert.match(await fault('GET', '?_method=POST'), /KeyError/);
  assert.match(await fault('PATCH', '?_method=POST'), /KeyError/);
  assert.match(await fault('DELETE', '?a=1&_method=post'), /KeyError/);
  assert.match(await fault('PUT', '?_method=GET'), /TypeError/);
  assert.equal((await call('GET', `${target}?_method=FOO`)).status, 404);
  assert.equal((await call('GET', `${target}?%5Fmethod=POST`)).status, 200);
});

test('token headers: which spellings count, and what spoils a good token', async () => {
  const target = expand('/v2.1/images/ID/metadata');
  const { demo, gateway } = cloud.seed.tokens;
  const status = async (headers: Record<string, string>) =>
    (await demoCall(cloud.computeUrl, 'GET', target, { headers })).status;
  assert.equal(await status({ x_auth_token: demo }), 200);
  assert.equal(await status({ 'X-Storage-Token': demo }), 200);
  assert.equal(await status({ 'x-auth-token': demo, 'x-service-token': gateway }), 200);
  assert.equal(await status({ 'x-auth-token': demo, 'x-service-token': 'nonsense' }), 401);
  assert.equal(await status({ 'x-auth-token': demo, x_auth_token: 'nonsense' }), 401);
  assert.equal(await status({ authorization: `Bearer ${demo}` }), 401);
  assert.equal(await status({ 'x-identity-status': 'Confirmed', 'x-roles': 'admin' }), 401);
});

test('no token is 401 before anything else that is wrong', async () => {
  const expected = {
    error: {
      code: 401,
      title: 'Unauthorized',
      message: 'The request you have made requires authentication.',
    },
  };
  for (const [method, target] of [
    ['GET', expand('/v2.1/images/ID/metadata')],
    ['GET', '/v2.1/nosuch'],
    ['PATCH', expand('/v2.1/images/ID/metadata')],
  ] as const) {
    const answer = await demoCall(cloud.computeUrl, method, target);
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.json, expected);
    assert.equal(answer.headers['www-authenticate'], `Keystone uri="${cloud.identityUrl}"`);
    assert.equal(answer.headers['openstack-api-version'], undefined);
  }
  for (const target of ['/', '/v2.1/', '/v2.1', '/v2/']) {
    assert.equal((await demoCall(cloud.computeUrl, 'GET', target)).status, 200, target);
  }
});

test('microversions: the image calls end at 2.38, the last entry counts, the legacy endpoint does not care', async () => {
  const target = expand('/v2.1/images/ID/metadata');
  const status = async (version: string, name = 'openstack-api-version', path = target) =>
    (await call('GET', path, { headers: { [name]: version } })).status;
  assert.equal(await status('compute 2.38'), 200);
  assert.equal(await status('compute 2.39'), 404);
  assert.equal(await status('compute latest'), 404);
  assert.equal(await status('compute 2.94'), 406);
  assert.equal(await status('compute nonsense'), 400);
  assert.equal(await status('volume 3.0'), 200);
  assert.equal(await status('2.39'), 200);
  assert.equal(await status('COMPUTE 2.39'), 404);
  assert.equal(await status('compute 2.39, compute 2.1'), 200);
  assert.equal(await status('compute 2.1, compute 2.39'), 404);
  assert.equal(await status('2.39', 'x-openstack-nova-api-version'), 404);
  assert.equal(await status('compute 2.39', undefined, target.replace('v2.1', 'v2')), 200);
  assert.equal(await status('compute 2.36', undefined, '/v2.1/images'), 404);
});
