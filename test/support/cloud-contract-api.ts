import assert from 'node:assert/strict';
import {
  type CloudUnderTest,
  cloudSession,
  contractTest,
  octets,
  patchType,
  signInBody,
} from './cloud-contract.ts';

/** What clients of identity, image metadata and Glance rely on, asked of the simulator and of the real services alike. */
export const apiContract = (cloud: string, start: () => Promise<CloudUnderTest>): void => {
  const session = cloudSession(start);
  const check = (name: string, run: () => Promise<void>) => contractTest(cloud, name, run);

  check('a password gives a token with user, project, roles and its end', async () => {
    const answer = await session().call('identity', 'POST', '/v3/auth/tokens', { body: signInBody('demo') });
    assert.equal(answer.status, 201);
    assert.ok(String(answer.headers['x-subject-token']).length > 20);
    const { token } = answer.json;
    assert.equal(token.user.name, 'demo');
    assert.equal(token.project.name, 'demo');
    assert.match(token.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.deepEqual(token.roles.map(({ name }: { name: string }) => name).sort(), ['member', 'reader']);
    assert.ok(token.catalog.some(({ type }: { type: string }) => type === 'compute'));
  });

  check('a wrong password is refused with 401 and a challenge', async () => {
    const body = signInBody('demo', 'wrong');
    const answer = await session().call('identity', 'POST', '/v3/auth/tokens', { body });
    assert.equal(answer.status, 401);
    assert.match(String(answer.headers['www-authenticate']), /^Keystone uri="http/);
    assert.deepEqual(Object.keys(answer.json.error).sort(), ['code', 'message', 'title']);
  });

  check('a token is told to the service user, not to a stranger, and not once it is revoked', async () => {
    const { call, token } = session();
    const made = await call('identity', 'POST', '/v3/auth/tokens', { body: signInBody('demo') });
    const subject = { 'x-subject-token': String(made.headers['x-subject-token']) };
    const validate = (as: string, headers: Record<string, string> = subject, query = '') =>
      call('identity', 'GET', `/v3/auth/tokens${query}`, { token: token(as), headers });
    const told = await validate('gateway');
    assert.equal(told.status, 200);
    assert.equal(told.json.token.user.name, 'demo');
    assert.equal(told.headers['x-subject-token'], subject['x-subject-token']);
    assert.equal((await validate('gateway', subject, '?nocatalog')).json.token.catalog, undefined);
    assert.equal((await validate('other')).status, 403);
    assert.equal((await validate('gateway', { 'x-subject-token': 'nonsense' })).status, 404);
    assert.equal(
      (await call('identity', 'GET', '/v3/auth/tokens', { token: 'nonsense', headers: subject })).status,
      401,
    );
    assert.equal(
      (await call('identity', 'DELETE', '/v3/auth/tokens', { token: token('gateway'), headers: subject }))
        .status,
      204,
    );
    assert.equal((await validate('gateway')).status, 404);
  });

  check('metadata is merged, replaced, set and deleted, and Glance sees the same', async () => {
    const { call, newImage } = session();
    const id = await newImage({ a: '1' });
    const path = `/v2.1/images/${id}/metadata`;
    const body = (metadata: object) => ({ body: { metadata } });
    assert.deepEqual((await call('compute', 'POST', path, body({ b: '2' }))).json, {
      metadata: { a: '1', b: '2' },
    });
    assert.deepEqual((await call('compute', 'PUT', path, body({ c: '3' }))).json, { metadata: { c: '3' } });
    const set = await call('compute', 'PUT', `${path}/d`, { body: { meta: { d: '4' } } });
    assert.deepEqual([set.status, set.json], [200, { meta: { d: '4' } }]);
    assert.deepEqual((await call('compute', 'GET', `${path}/d`)).json, { meta: { d: '4' } });
    assert.equal((await call('compute', 'DELETE', `${path}/c`)).status, 204);
    assert.equal((await call('compute', 'DELETE', `${path}/c`)).status, 404);
    assert.deepEqual((await call('compute', 'GET', path)).json, { metadata: { d: '4' } });
    const shown = (await call('image', 'GET', `/v2/images/${id}`)).json;
    assert.deepEqual([shown.d, shown.c, shown.status], ['4', undefined, 'active']);
  });

  check('wrong metadata calls are refused in the same words', async () => {
    const { call, newImage, token } = session();
    const id = await newImage();
    const path = `/v2.1/images/${id}/metadata`;
    const said = async (body: unknown, target = path, method = 'POST') => {
      const { status, json } = await call('compute', method, target, { body });
      return [
        status,
        ...Object.entries(json ?? {}).map(
          ([name, fault]) => `${name}: ${(fault as { message: string }).message}`,
        ),
      ];
    };
    assert.deepEqual(await said('nonsense'), [400, 'badRequest: Malformed request body']);
    assert.deepEqual(await said({}), [400, "badRequest: 'metadata' is a required property"]);
    assert.deepEqual(await said({ metadata: { a: 1 } }), [
      400,
      "badRequest: Invalid input for field/attribute a. Value: 1. 1 is not of type 'string'",
    ]);
    const unknown = '/v2.1/images/00000000-0000-4000-8000-00000000dead/metadata';
    assert.deepEqual(await said({ metadata: { a: '1' } }, unknown), [404, 'itemNotFound: Image not found.']);
    const method = await call('compute', 'PATCH', path, { body: { metadata: {} } });
    assert.deepEqual([method.status, method.headers['content-type']], [404, 'text/plain; charset=UTF-8']);
    const stranger = await call('compute', 'POST', path, {
      token: token('other'),
      body: { metadata: { a: '1' } },
    });
    assert.equal(stranger.status, 404, "another project's private image is not there");
    const nobody = await call('compute', 'GET', path, { token: 'nonsense' });
    assert.equal(nobody.status, 401);
    assert.match(String(nobody.headers['www-authenticate']), /^Keystone uri="http/);
  });

  check('the method in the query is obeyed, which is why the gateway refuses it', async () => {
    const { call, newImage } = session();
    const path = `/v2.1/images/${await newImage({ a: '1' })}/metadata`;
    assert.equal((await call('compute', 'GET', `${path}/a?_method=DELETE`)).status, 204);
    assert.deepEqual((await call('compute', 'GET', path)).json, { metadata: {} });
  });

  check('a JSON patch adds, replaces and removes, and its errors have their statuses', async () => {
    const { call, newImage } = session();
    const path = `/v2/images/${await newImage({ a: '1' })}`;
    const patch = (steps: unknown, headers = patchType) =>
      call('image', 'PATCH', path, { body: steps, headers });
    const done = await patch([
      { op: 'add', path: '/b', value: '2' },
      { op: 'replace', path: '/a', value: '3' },
    ]);
    assert.deepEqual([done.status, done.json.a, done.json.b], [200, '3', '2']);
    const removed = await patch([{ op: 'remove', path: '/a' }]);
    assert.deepEqual([removed.status, removed.json.a], [200, undefined]);
    assert.equal((await patch([{ op: 'remove', path: '/nosuch' }])).status, 409);
    assert.equal((await patch([{ op: 'replace', path: '/nosuch', value: '1' }])).status, 409);
    assert.equal((await patch([{ op: 'move', path: '/b', from: '/c' }])).status, 400);
    assert.equal((await patch([{ op: 'replace', path: '/status', value: 'x' }])).status, 403);
    assert.equal((await patch([], { 'content-type': 'application/json' })).status, 415);
    assert.equal(
      (
        await patch([{ replace: '/b', value: '5' }], {
          'content-type': 'application/openstack-images-v2.0-json-patch',
        })
      ).json.b,
      '5',
    );
  });

  check('an image is created, filled, read back and deleted', async () => {
    const { call } = session();
    const body = { name: 'contract-life', disk_format: 'raw', container_format: 'bare' };
    const created = await call('image', 'POST', '/v2/images', { body });
    assert.deepEqual([created.status, created.json.status], [201, 'queued']);
    const path = `/v2/images/${created.json.id}`;
    assert.equal(
      (await call('image', 'PUT', `${path}/file`, { body: 'some bytes', headers: octets })).status,
      204,
    );
    const shown = (await call('image', 'GET', path)).json;
    assert.deepEqual([shown.status, shown.size], ['active', 10]);
    assert.equal((await call('image', 'GET', `${path}/file`)).text, 'some bytes');
    assert.equal((await call('image', 'DELETE', path)).status, 204);
    assert.equal((await call('image', 'GET', path)).status, 404);
  });
};
