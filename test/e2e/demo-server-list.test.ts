import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { demoCall } from '../support/demo-call.ts';

let cloud: DemoCloud;
/** Ids by the status that each server has throughout these tests. */
const ids: Record<string, string> = {};

before(async () => {
  cloud = await startDemoCloud({ resizeMs: 3_600_000 });
  const { ubuntu } = cloud.seed.images;
  const run = (path: string, body: unknown) =>
    demoCall(cloud.computeUrl, 'POST', `/v2.1/servers${path}`, { token: cloud.seed.tokens.demo, body });
  const make = async (name: string): Promise<string> =>
    (await run('', { server: { name, imageRef: ubuntu, flavorRef: '1' } })).json.server.id;
  ids['ACTIVE'] = cloud.seed.servers.web;
  ids['VERIFY_RESIZE'] = cloud.seed.servers.resized;
  ids['RESIZE'] = await make('growing');
  await run(`/${ids['RESIZE']}/action`, { resize: { flavorRef: '2' } });
  ids['REVERT_RESIZE'] = await make('shrinking');
  ids['SHUTOFF'] = await make('off');
  await run(`/${ids['SHUTOFF']}/action`, { 'os-stop': null });
  await run(`/${cloud.seed.servers.resized}/action`, { revertResize: null });
  ids['REVERT_RESIZE'] = cloud.seed.servers.resized;
  delete ids['VERIFY_RESIZE'];
});
after(() => cloud.close());

const list = (query: string, token: string = cloud.seed.tokens.demo, path = 'servers/detail') =>
  demoCall(cloud.computeUrl, 'GET', `/v2.1/${path}?${query}`, { token });
const statuses = async (query: string): Promise<string[]> =>
  (await list(query)).json.servers.map((server: { status: string }) => server.status).sort();

test('one status finds that status, by any case; an unknown one finds nothing', async () => {
  assert.deepEqual(await statuses('status=RESIZE'), ['RESIZE']);
  assert.deepEqual(await statuses('status=revert_resize'), ['REVERT_RESIZE']);
  assert.deepEqual(await statuses('status=RESIZE&status=REVERT_RESIZE'), ['RESIZE', 'REVERT_RESIZE']);
  assert.deepEqual(await statuses('status=NONSENSE'), []);
});

test('the trap: with VERIFY_RESIZE beside RESIZE the task state no longer counts, and nearly every server matches', async () => {
  const all = ['ACTIVE', 'ACTIVE', 'ACTIVE', 'RESIZE', 'REVERT_RESIZE', 'SHUTOFF'];
  assert.deepEqual(await statuses('status=RESIZE&status=VERIFY_RESIZE&status=REVERT_RESIZE'), all);
  assert.deepEqual(await statuses('status=VERIFY_RESIZE'), ['REVERT_RESIZE']);
  assert.deepEqual(await statuses('status=ACTIVE'), ['ACTIVE', 'ACTIVE', 'ACTIVE', 'RESIZE']);
});

test('from microversion 2.38 an unknown status is a 400', async () => {
  const answer = await demoCall(cloud.computeUrl, 'GET', '/v2.1/servers?status=NONSENSE', {
    token: cloud.seed.tokens.demo,
    headers: { 'openstack-api-version': 'compute 2.38' },
  });
  assert.equal(answer.json.badRequest.message, 'Invalid status value');
});

test('image, name and flavor filter; a filter that is not known filters nothing', async () => {
  const names = async (query: string) =>
    (await list(query)).json.servers.map((server: { name: string }) => server.name).sort();
  const { resizing } = cloud.seed.images;
  assert.deepEqual(await names(`image=${resizing}`), ['resized']);
  assert.deepEqual(await names(`image=${resizing.toUpperCase()}`), ['resized']);
  assert.deepEqual(await names('image=00000000-0000-4000-8000-00000000dead'), []);
  assert.deepEqual(await names('name=grow'), ['growing']);
  assert.deepEqual(await names('flavor=2'), ['resized']);
  assert.equal((await names(`imagex=${resizing}`)).length, 6);
});

test('other projects are seen with all_tenants by admins only', async () => {
  const { admin, gateway, validator, demo } = cloud.seed.tokens;
  const count = async (token: string, query: string) => (await list(query, token)).json.servers?.length;
  assert.equal(await count(admin, ''), 0);
  assert.equal(await count(admin, 'all_tenants=1'), 7);
  assert.equal(await count(gateway, 'all_tenants'), 7);
  assert.equal(await count(gateway, `all_tenants=true&project_id=${cloud.seed.projects.other}`), 1);
  for (const [token, path, name] of [
    [demo, 'servers/detail', 'detail'],
    [validator, 'servers', 'index'],
  ] as const) {
    const answer = await list('all_tenants=1', token, path);
    assert.deepEqual(answer.json, {
      forbidden: {
        code: 403,
        message: `Policy doesn't allow os_compute_api:servers:${name}:get_all_tenants to be performed.`,
      },
    });
  }
  assert.equal(await count(demo, 'all_tenants=0'), 6);
});

const follow = (href: string) => {
  const url = new URL(href);
  return demoCall(url.origin, 'GET', url.pathname + url.search, { token: cloud.seed.tokens.demo });
};

test('pages follow each other by the next link until an empty one', async () => {
  const seen: string[] = [];
  let answer = await list('limit=4', undefined, 'servers');
  assert.deepEqual(Object.keys(answer.json.servers[0]).sort(), ['id', 'links', 'name']);
  for (let page = 0; page < 5; page += 1) {
    seen.push(...answer.json.servers.map((server: { id: string }) => server.id));
    const [next] = answer.json.servers_links ?? [];
    if (!next) break;
    assert.equal(next.rel, 'next');
    answer = await follow(next.href);
  }
  assert.equal(new Set(seen).size, 6);
  assert.equal(seen.length, 6);
  assert.equal((await list('limit=6')).json.servers_links.length, 1);
  assert.equal((await list('limit=7')).json.servers_links, undefined);
  assert.equal((await list('marker=nonsense')).json.badRequest.message, 'marker [nonsense] not found');
  assert.equal((await list('limit=x')).status, 400);
});

test('the next link keeps only one of several statuses', async () => {
  const answer = await list('status=RESIZE&status=REVERT_RESIZE&limit=1');
  const next = new URL(answer.json.servers_links[0].href);
  assert.equal(next.pathname, '/v2.1/servers/detail');
  assert.deepEqual(next.searchParams.getAll('status'), ['REVERT_RESIZE']);
  assert.equal(next.searchParams.get('marker'), answer.json.servers[0].id);
});

test('the page size of the cloud bounds every list', async (t) => {
  const small = await startDemoCloud({ pageSize: 2 });
  t.after(() => small.close());
  const answer = await demoCall(
    small.computeUrl,
    'GET',
    `/v2.1/${small.seed.projects.demo}/servers?limit=50`,
    {
      token: small.seed.tokens.demo,
    },
  );
  assert.equal(answer.json.servers.length, 2);
  assert.match(
    answer.json.servers_links[0].href,
    new RegExp(`/v2.1/${small.seed.projects.demo}/servers\\?limit=50&marker=`),
  );
});
