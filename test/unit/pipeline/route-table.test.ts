import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RouteMatch } from '../../../src/core/policy.ts';
import { operations } from '../../../src/operations/index.ts';
import { RouteTable } from '../../../src/pipeline/route-table.ts';

const image = 'd42f821e-c2d1-4796-9f07-af5ed7912d0e';

const table = (...routes: readonly [string, RouteMatch][]): RouteTable<string> => {
  const made = new RouteTable<string>();
  for (const [name, match] of routes) {
    const named = match.kind === 'operations' ? match.operations : [];
    made.add(
      match,
      operations.filter((operation) => named.includes(operation.name)),
      name,
    );
  }
  return made;
};
const path = (template: string, ...methods: string[]): RouteMatch => ({
  kind: 'path',
  path: template,
  methods,
});
const guarded: RouteMatch = {
  kind: 'operations',
  operations: ['image-metadata-merge', 'image-metadata-item-set', 'image-update', 'image-create'],
};
const find = (made: RouteTable<string>, method: string, target: string) =>
  made.find(
    method,
    target
      .split('/')
      .slice(1)
      .filter((part, index, all) => part !== '' || index < all.length - 1),
  );

for (const prefix of ['', '/v2', '/v2.1', '/v2/p1', '/v2.1/p1', '/p1']) {
  for (const suffix of ['', '.json', '/']) {
    test(`a guarded call is found at ${prefix}/images/{id}/metadata${suffix}`, () => {
      const made = table(['guarded', guarded], ['broad', path('/**')], ['images', path('/v2/images/**')]);
      const found = find(made, 'POST', `${prefix}/images/${image}/metadata${suffix}`);
      assert.equal(found.kind, 'route');
      if (found.kind !== 'route') return;
      assert.equal(found.value, 'guarded');
      assert.equal(found.operation?.name, 'image-metadata-merge');
      assert.equal(found.params['imageId'], image);
      assert.equal(found.params['projectId'], prefix.includes('p1') ? 'p1' : undefined);
    });
  }
}

test('a key in the path keeps its .json, which is a part of the key for Nova', () => {
  const found = find(table(['guarded', guarded]), 'PUT', `/v2/images/${image}/metadata/a.json`);
  assert.equal(found.kind === 'route' && found.params['key'], 'a.json');
});

test('a path that is known with other methods is told so, with all of them', () => {
  const made = table(
    ['guarded', guarded],
    ['read', path('/images/:imageId/metadata', 'GET')],
    ['rest', path('/images/**', 'GET')],
  );
  assert.deepEqual(find(made, 'DELETE', `/v2/images/${image}/metadata`), {
    kind: 'bad-method',
    allow: ['GET', 'POST'],
  });
  assert.equal(find(made, 'GET', `/v2/images/${image}/metadata`).kind, 'route');
});

test('a broad route takes what no particular one does, before a path counts as known with other methods', () => {
  const made = table(['guarded', guarded], ['broad', path('/images/**', 'GET')]);
  const found = find(made, 'GET', `/v2/images/${image}`);
  assert.equal(found.kind === 'route' && found.value, 'broad');
});

test('a template that names a version matches that version only', () => {
  const made = table(['glance', path('/v2/images/:id', 'GET')], ['nova', path('/images/:id', 'GET')]);
  const at = (target: string) => {
    const found = find(made, 'GET', target);
    return found.kind === 'route' ? found.value : found.kind;
  };
  assert.deepEqual([at('/v2/images/x'), at('/v2.1/images/x'), at('/images/x')], ['glance', 'nova', 'nova']);
});

test('a route of the root matches the root and its versions, not whatever stands alone', () => {
  const made = table(['root', path('/', 'GET')], ['broad', path('/**')]);
  const at = (target: string) => {
    const found = find(made, 'GET', target);
    return found.kind === 'route' ? found.value : found.kind;
  };
  assert.deepEqual([at('/'), at('/v2.1'), at('/v2.1/')], ['root', 'root', 'root']);
  for (const target of ['/flavors', '/v2.1/os-keypairs', '/v2/p1', '/p1', '/p1/flavors']) {
    assert.equal(at(target), 'broad', target);
  }
});

test('a path that nothing names is unknown', () => {
  assert.deepEqual(find(table(['guarded', guarded]), 'GET', '/flavors'), { kind: 'unknown' });
});

test('whatever other routes there are, a guarded call is never hidden by one of them', () => {
  const segment = fc.constantFrom('images', 'v2', 'v2.1', ':x', 'metadata', '**', image);
  const template = fc
    .array(segment, { maxLength: 5 })
    .map(
      (parts) => `/${parts.filter((part, index) => part !== '**' || index === parts.length - 1).join('/')}`,
    );
  const prefixes = fc.constantFrom('', '/v2', '/v2.1', '/v2/p1', '/images', '/v2/images');
  fc.assert(
    fc.property(fc.array(template, { maxLength: 8 }), prefixes, (templates, prefix) => {
      const made = table(...templates.map((one, index): [string, RouteMatch] => [`r${index}`, path(one)]), [
        'guarded',
        guarded,
      ]);
      const found = find(made, 'POST', `${prefix}/images/${image}/metadata`);
      assert.equal(found.kind === 'route' && found.value, 'guarded');
    }),
    { numRuns: 300 },
  );
});

for (const target of [
  `/compute/v2.1/images/${image}/metadata`,
  `/a/b/c/images/${image}/metadata`,
  `/v2.1/p1/IMAGES/${image}/metadata`,
  `/v2/images/${image}/metadata.xml`,
  `/v2/images/${image}/metadata `,
])
  test(`no broad route takes a guarded call in disguise: ${target}`, () => {
    const made = table(['guarded', guarded], ['broad', path('/**')], ['compute', path('/compute/**')]);
    assert.equal(find(made, 'POST', target).kind, 'disguised');
    assert.equal(find(made, 'GET', target).kind, 'route', 'a read is not guarded');
    const open = table(['broad', path('/**')]);
    assert.equal(
      find(open, 'POST', target).kind,
      'route',
      'where nothing is guarded, nothing is in disguise',
    );
  });

test('a route that names a path in full takes it, whatever it resembles', () => {
  const full = path('/compute/v2.1/images/:imageId/metadata', 'POST');
  const found = find(
    table(['guarded', guarded], ['own', full]),
    'POST',
    `/compute/v2.1/images/${image}/metadata`,
  );
  assert.equal(found.kind === 'route' && found.value, 'own');
});
