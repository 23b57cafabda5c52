import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../../src/core/json.ts';
import { effectiveChange, metadata } from '../../../src/core/metadata.ts';
import type { Params } from '../../../src/core/operation.ts';
import { operations } from '../../../src/operations/index.ts';

const operation = (name: string) => {
  const found = operations.find((one) => one.name === name);
  assert.ok(found, name);
  return found;
};
const before = metadata([
  ['a', '1'],
  ['b', '2'],
]);
const after = (name: string, body: Json, params: Params = {}) => {
  const intent = operation(name).intent(body, { imageId: 'i', ...params });
  assert.equal(intent.kind, 'metadata', JSON.stringify(intent));
  return intent.kind === 'metadata' ? { ...intent.apply(before) } : {};
};

test('each write tells the state after it', () => {
  assert.deepEqual(after('image-metadata-merge', { metadata: { b: '3', c: '4' } }), {
    a: '1',
    b: '3',
    c: '4',
  });
  assert.deepEqual(after('image-metadata-replace', { metadata: { c: '4' } }), { c: '4' });
  assert.deepEqual(after('image-metadata-item-set', { meta: { a: '9' } }, { key: 'a' }), { a: '9', b: '2' });
  assert.deepEqual(after('image-metadata-item-delete', null, { key: 'a' }), { b: '2' });
  assert.deepEqual(
    after('image-update', [
      { op: 'remove', path: '/a' },
      { op: 'add', path: '/a', value: '5' },
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'add', path: '/tags/-', value: 'x' },
    ]),
    { a: '5', b: '2' },
  );
  assert.deepEqual(after('image-create', { name: 'n', tags: [], c: '4' }), { a: '1', b: '2', c: '4' });
});

test('a key named like a member of every object is only a key', () => {
  const body: Json = JSON.parse('{"metadata":{"__proto__":"x","constructor":"y","toString":"z"}}');
  assert.deepEqual(
    Object.keys(after('image-metadata-merge', body)).sort(),
    ['__proto__', 'a', 'b', 'constructor', 'toString'].sort(),
  );
});

for (const [name, body, params] of [
  ['image-metadata-merge', {}, {}],
  ['image-metadata-merge', { metadata: { a: 1 } }, {}],
  ['image-metadata-replace', { metadata: [] }, {}],
  ['image-metadata-item-set', { meta: { a: '1', b: '2' } }, { key: 'a' }],
  ['image-metadata-item-set', { meta: { a: '1' } }, { key: 'b' }],
  ['image-update', [{ op: 'add', path: '/a/b', value: 'x' }], {}],
  ['image-update', [{ op: 'add', path: '/a', value: 1 }], {}],
  ['image-create', { a: 1 }, {}],
  ['server-action', { reboot: {}, resize: {} }, {}],
  ['server-action', {}, {}],
  ['server-action', { resize: 'big' }, {}],
  ['server-action', { createImage: { name: 'x', metadata: { a: 1 } } }, {}],
  ['server-create', { server: null }, {}],
  ['server-update', { server: { 'OS-DCF:diskConfig': true } }, {}],
] as const) {
  test(`${name} refuses ${JSON.stringify(body)} with a sentence`, () => {
    const intent = operation(name).intent(body as Json, { imageId: 'i', serverId: 's', ...params });
    assert.equal(intent.kind, 'malformed');
    assert.match(intent.kind === 'malformed' ? intent.message : '', /^[A-Z].*\.$/);
  });
}

test('server actions tell what matters to a resize, and nothing of others', () => {
  const intent = (body: Json) => operation('server-action').intent(body, { serverId: 's' });
  assert.deepEqual(intent({ resize: { flavorRef: '2', 'OS-DCF:diskConfig': 'AUTO' } }), {
    kind: 'server',
    action: 'resize',
    serverId: 's',
    imageId: undefined,
    diskConfig: 'AUTO',
  });
  for (const [body, action] of [
    [{ confirmResize: null }, 'confirm-resize'],
    [{ revertResize: null }, 'revert-resize'],
    [{ migrate: null }, 'migrate'],
  ] as const) {
    const told = intent(body);
    assert.equal(told.kind === 'server' && told.action, action);
  }
  const rebuild = intent({ rebuild: { imageRef: 'http://glance/images/i9' } });
  assert.equal(rebuild.kind === 'server' && rebuild.imageId, 'i9');
  assert.deepEqual(intent({ reboot: { type: 'HARD' } }), { kind: 'none' });
});

test('no body whatever makes an operation throw', () => {
  const body = fc.jsonValue() as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(fc.constantFrom(...operations), body, fc.string(), (one, value, key) => {
      const intent = one.intent(value, { imageId: 'i', serverId: 's', key });
      const folded = one.normalise?.(value, { imageId: 'i', serverId: 's', key });
      assert.ok(typeof intent.kind === 'string' && (folded === undefined || typeof folded.kind === 'string'));
    }),
    { numRuns: 500 },
  );
});

test('the effective change is empty exactly when nothing differs, and rebuilds the state after', () => {
  const map = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.constantFrom('1', '2', ''));
  fc.assert(
    fc.property(map, map, (from, to) => {
      const change = effectiveChange(metadata(Object.entries(from)), metadata(Object.entries(to)));
      const rebuilt = metadata(Object.entries(from));
      for (const key of Object.keys(change.removed)) delete rebuilt[key];
      for (const [key, value] of Object.entries(change.set)) rebuilt[key] = value;
      for (const [key, { to: value }] of Object.entries(change.changed)) rebuilt[key] = value;
      assert.deepEqual(Object.entries(rebuilt).sort(), Object.entries(to).sort());
    }),
  );
});
