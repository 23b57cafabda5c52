import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { test } from 'node:test';
import request from 'supertest';
import { Secret } from '../../src/core/secret.ts';
import { startTestGateway } from '../support/gateway.ts';
import { editedPolicies } from '../support/open-policies.ts';

test('probes tell life and readiness, with the health of the parties behind', async (t) => {
  const { adminUrl } = await startTestGateway(t);
  await request(adminUrl).get('/livez').expect(200);
  const ready = await request(adminUrl).get('/readyz').expect(200).expect('content-type', /json/);
  assert.equal(ready.body.ready, true);
  assert.match(ready.body.revision, /^[0-9a-f]{16}$/);
  assert.deepEqual(Object.keys(ready.body.upstreams).sort(), ['compute', 'image']);
  assert.equal(ready.body.identity.source, 'keystone-v3');
});

test('whoever asks by HEAD, as monitors do, is told the same without a body', async (t) => {
  const { adminUrl } = await startTestGateway(t);
  for (const path of ['/livez', '/readyz', '/metrics', '/policy', '/']) {
    const { status, headers } = await fetch(adminUrl + path);
    const head = await fetch(adminUrl + path, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-type')], [status, headers.get('content-type')]);
    assert.equal(await head.text(), '');
  }
  await request(adminUrl).head('/reload').expect(404);
});

test('an outage of the identity service does not make the gateway unready', async (t) => {
  const { adminUrl, cloud, url } = await startTestGateway(t);
  await cloud.close();
  await request(url).get('/v2/images').set('x-auth-token', 'a'.repeat(32)).expect(503);
  const ready = await request(adminUrl).get('/readyz').expect(200);
  assert.equal(ready.body.identity.lastOutage.reason, 'refused');
});

test('metrics are counted by route, and never by path, id or token', async (t) => {
  const { adminUrl, url, cloud } = await startTestGateway(t);
  const { images, tokens } = cloud.seed;
  await request(url).get(`/v2/images/${images.ubuntu}/metadata`).set('x-auth-token', tokens.demo).expect(200);
  const { text } = await request(adminUrl)
    .get('/metrics')
    .expect(200)
    .expect('content-type', /version=0\.0\.4/);
  assert.match(
    text,
    /images_gateway_http_requests_total\{route="image-metadata-read",method="GET",status_class="2xx",ending="forwarded"\} 1/,
  );
  for (const secret of [tokens.demo, images.ubuntu, cloud.seed.projects.demo])
    assert.ok(!text.includes(secret));
});

test('a reload swaps in what is valid, and keeps the former revision when it is not', async (t) => {
  const folder = await editedPolicies(t, (text) => text);
  const { adminUrl } = await startTestGateway(t, { config: { policies: { dir: folder } } });
  const before = await request(adminUrl).get('/policy').expect(200);
  await appendFile(`${folder}/images.yaml`, '\n# a comment makes another revision\n');
  const reloaded = await request(adminUrl).post('/reload').expect(200);
  assert.notEqual(reloaded.body.revision, before.body.revision);
  await appendFile(`${folder}/images.yaml`, '\nroute: []\n');
  const refused = await request(adminUrl).post('/reload').expect(422);
  assert.equal(refused.body.revision, reloaded.body.revision);
  assert.match(
    refused.body.problems.join('\n'),
    /images\.yaml:\d+:\d+: .*"route" is not known.*did you mean "routes"/s,
  );
  const { text } = await request(adminUrl).get('/metrics');
  assert.match(text, /^images_gateway_policy_last_reload_successful 0$/m);
});

test('a reload asked for by a page in a browser is refused', async (t) => {
  const { adminUrl } = await startTestGateway(t);
  await request(adminUrl).post('/reload').set('origin', 'http://evil.example').expect(403);
});

test('where a token is set, only probes are open without it', async (t) => {
  const config = { admin: { host: '127.0.0.1', port: 0, token: new Secret('admin-token') } };
  const { adminUrl } = await startTestGateway(t, { config });
  await request(adminUrl).get('/livez').expect(200);
  for (const path of ['/metrics', '/policy']) {
    await request(adminUrl).get(path).expect(401).expect('www-authenticate', 'Bearer');
    await request(adminUrl).get(path).set('authorization', 'Bearer wrong').expect(401);
    await request(adminUrl).get(path).set('authorization', 'Bearer admin-token').expect(200);
  }
});
