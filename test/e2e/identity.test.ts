import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { seedIds } from '../../src/demo/seed-ids.ts';
import { call, startTestGateway } from '../support/gateway.ts';
import { editedPolicies } from '../support/open-policies.ts';
import { type RawAnswer, rawAnswer, rawJson, startRawOrigin } from '../support/raw-origin.ts';
import { onBusyMachine } from '../support/until.ts';

const { tokens, images, projects } = seedIds;
const metadata = `/v2/images/${images.ubuntu}/metadata`;

/** The gateway in front of a service that answers as the test says, with the demo's identity service. */
const beforeOrigin = async (
  t: TestContext,
  answer: RawAnswer,
  edit: (text: string) => string = (text) => text,
) => {
  const origin = await startRawOrigin(t, answer);
  const upstream = { url: origin.origin, api: '/v2', timeoutMs: 5000, connections: 8 };
  const upstreams = { compute: upstream, image: upstream };
  const gateway = await startTestGateway(t, {
    config: { upstreams, policies: { dir: await editedPolicies(t, edit) } },
  });
  return { gateway, origin };
};

test('a 401 of the service behind gets our challenge if it has none, and keeps its own if it has one', async (t) => {
  const { gateway } = await beforeOrigin(t, (socket, _request, count) =>
    socket.write(
      count === 1
        ? rawJson('401 Unauthorized', { error: {} })
        : rawJson('401 Unauthorized', { error: {} }, { 'www-authenticate': 'Keystone uri="http://other"' }),
    ),
  );
  const without = await call('GET', gateway.url + metadata, tokens.demo);
  assert.equal(without.status, 401);
  assert.equal(without.headers.get('www-authenticate'), `Keystone uri="${gateway.cloud.identityUrl}/v3"`);
  const own = await call('GET', gateway.url + metadata, tokens.demo);
  assert.equal(own.headers.get('www-authenticate'), 'Keystone uri="http://other"');
});

test('other answers of the service behind get no challenge', async (t) => {
  const { gateway } = await beforeOrigin(t, (socket) => socket.write(rawAnswer('403 Forbidden', {})));
  const answer = await call('GET', gateway.url + metadata, tokens.demo);
  assert.equal(answer.headers.get('www-authenticate'), null);
});

test('a service behind that trusts the gateway never sees a token', async (t) => {
  const { gateway, origin } = await beforeOrigin(
    t,
    (socket) => socket.write(rawJson('200 OK', {})),
    (text) => text.replaceAll('{ use: authenticate }', '{ use: authenticate, with: { stripToken: true } }'),
  );
  const headers = { 'x-service-token': tokens.gateway };
  assert.equal((await call('GET', gateway.url + metadata, tokens.demo, undefined, headers)).status, 200);
  const [request = ''] = origin.requests;
  assert.match(request, new RegExp(`^x-project-id: ${projects.demo}\r$`, 'm'));
  assert.ok(!request.includes(tokens.demo) && !request.includes(tokens.gateway), request);
});

test('an unaccepted service token does not travel on, the token does', async (t) => {
  const { gateway, origin } = await beforeOrigin(t, (socket) => socket.write(rawJson('200 OK', {})));
  await call('GET', gateway.url + metadata, tokens.demo, undefined, { 'x-service-token': tokens.gateway });
  assert.ok(origin.requests[0]?.includes(tokens.demo));
  assert.ok(!origin.requests[0]?.includes(tokens.gateway));
});

test('the access rules of an application credential hold at the gateway', async (t) => {
  const gateway = await startTestGateway(t);
  const allowed = await call('GET', `${gateway.url}/v2.1/images/${images.ubuntu}`, tokens.restricted);
  assert.equal(allowed.status, 200);
  for (const [method, path] of [
    ['GET', '/v2.1/servers'],
    ['GET', `/v2/images/${images.ubuntu}`],
    ['DELETE', `/v2.1/images/${images.ubuntu}`],
  ] as const) {
    const refused = await call(method, gateway.url + path, tokens.restricted);
    assert.equal(refused.status, 403, `${method} ${path}`);
    assert.match(refused.message, /access rules/);
  }
  assert.equal((await call('GET', `${gateway.url}/v2.1/servers`, tokens.applicationCredential)).status, 200);
});

test('unscoped and expired tokens are refused with the challenge', async (t) => {
  const gateway = await startTestGateway(t);
  for (const token of [tokens.unscoped, tokens.expired]) {
    const answer = await call('GET', gateway.url + metadata, token);
    assert.equal(answer.status, 401);
    assert.ok(answer.headers.get('www-authenticate'));
  }
});

test('with the identity service stopped, known callers go on, and strangers are refused in milliseconds', async (t) => {
  const cloud = await startDemoCloud();
  const other = await startDemoCloud();
  t.after(() => Promise.all([cloud.close(), other.close()]));
  const upstream = { url: other.computeUrl, api: '/v2', timeoutMs: 5000, connections: 8 };
  const gateway = await startTestGateway(t, {
    cloud,
    config: { upstreams: { compute: upstream, image: upstream } },
  });
  assert.equal((await call('GET', gateway.url + metadata, tokens.demo)).status, 200);
  await cloud.close();
  for (let n = 0; n < 5; n++) {
    assert.equal((await call('GET', gateway.url + metadata, `stranger-${n}`)).status, 503);
  }
  const times: number[] = [];
  for (let n = 0; n < 20; n++) {
    const begun = performance.now();
    const refused = await call('GET', gateway.url + metadata, `another-${n}`);
    times.push(performance.now() - begun);
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    assert.match(refused.message, /same request again later/);
  }
  times.sort((one, two) => one - two);
  assert.ok((times[10] ?? Number.NaN) < onBusyMachine(10), `the middle one took ${times[10]} ms`);
  assert.equal((await call('GET', gateway.url + metadata, tokens.demo)).status, 200);
  const ready = await call('GET', `${gateway.adminUrl}/readyz`);
  assert.equal(ready.status, 200, 'an outage of the identity service does not make the gateway unready');
  assert.match(JSON.stringify(ready.body), /"circuit":"open"/);
});

test('no token, nor a part of one, is in a log line, a metric or an answer', async (t) => {
  const gateway = await startTestGateway(t);
  const valid = Object.values(tokens);
  const bad = ['wrong-token-with-a-telling-name', 'gAAAAABtelling'];
  const written: string[] = [];
  for (const token of [...valid, ...bad]) {
    for (const [method, path, body] of [
      ['GET', metadata, undefined],
      ['POST', metadata, { metadata: { label: 'x' } }],
      ['GET', `/v2/${projects.other}/images`, undefined],
    ] as const) {
      const headers = { 'x-service-token': token, 'x-roles': token };
      const answer = await call(method, gateway.url + path, token, body, headers);
      written.push(JSON.stringify([answer.body, ...answer.headers]));
    }
  }
  written.push(...gateway.lines.map((line) => JSON.stringify(line)));
  written.push(await (await fetch(`${gateway.adminUrl}/metrics`)).text());
  written.push(JSON.stringify((await call('GET', `${gateway.adminUrl}/readyz`)).body));
  const text = written.join('\n');
  assert.ok(gateway.lines.length > 20);
  for (const token of [tokens.demo, ...bad, seedIds.users.gateway.password]) {
    for (let at = 0; at + 8 <= token.length; at += 4) {
      assert.ok(!text.includes(token.slice(at, at + 8)), `${token.slice(at, at + 8)} was written`);
    }
  }
});

test('in flag mode a bad token goes through, marked, and the service behind is not told an identity', async (t) => {
  const { gateway, origin } = await beforeOrigin(
    t,
    (socket) => socket.write(rawJson('200 OK', {})),
    (text) => text.replaceAll('{ use: authenticate }', '{ use: authenticate, mode: flag }'),
  );
  const answer = await call('GET', gateway.url + metadata, 'bad', undefined, {
    'x-identity-status': 'Confirmed',
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('x-policy-flag'), 'authenticate/invalid-token');
  const [request = ''] = origin.requests;
  assert.match(request, /^x-identity-status: Invalid\r$/m);
  assert.doesNotMatch(request, /^x-(user|project|roles)/m);
});
