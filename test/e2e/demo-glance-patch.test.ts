import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { DemoCloud } from '../../src/demo/cloud.ts';
import { startDemoCloud } from '../../src/demo/cloud.ts';
import { demoCall } from '../support/demo-call.ts';

/** Rules of glance/api/v2/images.py (RequestDeserializer, ImagesController.update). */
let cloud: DemoCloud | undefined;
beforeEach(async () => {
  await cloud?.close();
  cloud = await startDemoCloud();
});
after(() => cloud?.close());

const modern = 'application/openstack-images-v2.1-json-patch';
const legacy = 'application/openstack-images-v2.0-json-patch';
const running = (): DemoCloud => cloud as DemoCloud;
const patch = (
  body: unknown,
  type = modern,
  id = running().seed.images.ubuntu,
  token = running().seed.tokens.demo,
) =>
  demoCall(running().imageUrl, 'PATCH', `/v2/images/${id}`, {
    token,
    body,
    headers: { 'content-type': type },
  });

test('add, replace and remove change properties in the order they stand', async () => {
  const answer = await patch([
    { op: 'replace', path: '/auto_disk_config', value: 'False' },
    { op: 'add', path: '/fresh', value: '1' },
    { op: 'replace', path: '/fresh', value: '2' },
    { op: 'remove', path: '/os_type' },
    { op: 'add', path: '/os_distro', value: 'debian' },
  ]);
  assert.equal(answer.status, 200);
  const { auto_disk_config, fresh, os_type, os_distro } = answer.json;
  assert.deepEqual([auto_disk_config, fresh, os_type, os_distro], ['False', '2', undefined, 'debian']);
});

test('attributes are set by a patch too', async () => {
  const answer = await patch([
    { op: 'replace', path: '/name', value: 'new' },
    { op: 'replace', path: '/visibility', value: 'community' },
    { op: 'replace', path: '/min_disk', value: 3 },
    { op: 'replace', path: '/tags', value: ['a', 'a'] },
  ]);
  const { name, visibility, min_disk, tags } = answer.json;
  assert.deepEqual([name, visibility, min_disk, tags], ['new', 'community', 3, ['a']]);
});

test('the old media type names the operation by its member, and add must be new', async () => {
  assert.equal(
    (await patch([{ replace: '/auto_disk_config', value: 'False' }], legacy)).json.auto_disk_config,
    'False',
  );
  assert.equal((await patch([{ add: '/fresh', value: 'x' }], legacy)).json.fresh, 'x');
  const again = await patch([{ add: '/fresh', value: 'y' }], legacy);
  assert.deepEqual([again.status, again.text.includes('Property fresh already present.')], [409, true]);
  assert.equal((await patch([{ remove: '/fresh' }], legacy)).json.fresh, undefined);
  assert.equal((await patch([{ add: '/a', remove: '/b', value: 'x' }], legacy)).status, 400);
  assert.equal((await patch([{ op: 'add', path: '/a', value: 'x' }], legacy)).status, 400);
});

test('JSON pointers: escapes, blanks and a second leading slash lead to the same key', async () => {
  assert.equal((await patch([{ op: 'add', path: '/a~1b~0c', value: '1' }])).json['a/b~c'], '1');
  assert.equal((await patch([{ op: 'add', path: '/~01', value: '1' }])).json['~1'], '1');
  for (const path of ['/ auto_disk_config ', '//auto_disk_config', '/\tauto_disk_config\u00a0']) {
    const value = `by ${path.length}`;
    assert.equal(
      (await patch([{ op: 'replace', path, value }])).json.auto_disk_config,
      value,
      JSON.stringify(path),
    );
  }
  for (const path of ['x', '/a/b', '/a//b', '/a/', '/~2', '/a~']) {
    assert.equal((await patch([{ op: 'add', path, value: '1' }])).status, 400, path);
  }
});

test('what is not there is a conflict, for replace and for remove; attributes may not be removed', async () => {
  for (const body of [[{ op: 'replace', path: '/none', value: 'x' }], [{ op: 'remove', path: '/none' }]]) {
    const answer = await patch(body);
    assert.equal(answer.status, 409);
    assert.match(answer.text, /Property none does not exist\./);
  }
  const name = await patch([{ op: 'remove', path: '/name' }]);
  assert.deepEqual([name.status, name.text.includes('Property name may not be removed.')], [403, true]);
});

test('a refused operation undoes those before it', async () => {
  await patch([
    { op: 'add', path: '/fresh', value: '1' },
    { op: 'replace', path: '/name', value: 'changed' },
    { op: 'remove', path: '/none' },
  ]);
  const shown = await demoCall(running().imageUrl, 'GET', `/v2/images/${running().seed.images.ubuntu}`, {
    token: running().seed.tokens.demo,
  });
  assert.deepEqual([shown.json.fresh, shown.json.name], [undefined, 'ubuntu-webserver']);
});

test('read-only and reserved attributes are 403, wrong values 400, before the image is looked at', async () => {
  const nowhere = '00000000-0000-4000-8000-00000000dead';
  const status = async (key: string, value: unknown) =>
    (await patch([{ op: 'add', path: `/${key}`, value }], modern, nowhere)).status;
  for (const key of [
    'id',
    'status',
    'checksum',
    'created_at',
    'self',
    'os_hash_value',
    'deleted',
    'os_glance_x',
  ]) {
    assert.equal(await status(key, 'x'), 403, key);
  }
  assert.equal(await status('locations/-', {}), 403);
  assert.equal(await status('os_type', 1), 400);
  assert.equal(await status('os_type', null), 400);
  assert.equal(await status('min_ram', '1'), 400);
  assert.equal(await status('os_type', 'x'), 404);
});

test('bad bodies and media types', async () => {
  for (const body of [
    {},
    ['x'],
    [{ op: 'test', path: '/a', value: '1' }],
    [{ path: '/a' }],
    [{ op: 'add' }],
    '{',
    '',
  ]) {
    assert.equal((await patch(body)).status, 400, JSON.stringify(body));
  }
  assert.equal((await patch([{ op: 'add', path: '/a' }])).status, 400);
  const wrongType = await patch([], 'application/json');
  assert.equal(wrongType.status, 415);
  assert.equal(wrongType.headers['accept-patch'], `${legacy}, ${modern}`);
  assert.equal((await patch([], `${modern}; charset=utf-8`)).status, 200);
});

test('who may patch: owners and admins; strangers see 403 or nothing; only admins publish or give away', async () => {
  const { images, tokens, projects } = running().seed;
  const add = [{ op: 'add', path: '/a', value: '1' }];
  assert.equal((await patch(add, modern, images.public)).status, 403);
  assert.equal((await patch(add, modern, images.shared, tokens.other)).status, 403);
  assert.equal((await patch(add, modern, images.other)).status, 404);
  assert.equal((await patch(add, modern, images.ubuntu, tokens.admin)).status, 200);
  assert.equal((await patch(add, modern, images.ubuntu, tokens.reader)).status, 200);
  assert.equal((await patch([{ op: 'replace', path: '/visibility', value: 'public' }])).status, 403);
  assert.equal((await patch([{ op: 'replace', path: '/owner', value: projects.other }])).status, 403);
});

test('a key that differs only by case is a 500 of the database, and keys are not folded here', async () => {
  assert.equal((await patch([{ op: 'add', path: '/Fresh', value: '1' }])).json.Fresh, '1');
  assert.equal((await patch([{ op: 'add', path: '/fresh', value: '1' }])).status, 500);
});

test('129 properties are too many', async () => {
  const many = Array.from({ length: 129 }, (_, at) => ({ op: 'add', path: `/k${at}`, value: '' }));
  assert.equal((await patch(many)).status, 413);
});
