import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPatch } from '../../../../src/demo/image/patch-request.ts';

test('a key of any characters survives the escapes of a pointer, but for blanks around it', () => {
  const key = fc
    .string({ minLength: 1 })
    .filter((text) => text.trim() === text && !text.startsWith('os_glance_'));
  fc.assert(
    fc.property(key, (text) => {
      const path = `/${text.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const changes = readPatch([{ op: 'remove', path }], false);
      if ('message' in changes) assert.ok(changes.status === 403 || text.length === 0, changes.message);
      else assert.equal(changes[0]?.key, text);
    }),
  );
});

test('any JSON is judged without an exception, in both forms', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.boolean(), (body, strictAdd) => {
      const read = readPatch(body, strictAdd);
      assert.ok('message' in read ? read.message.length > 0 : Array.isArray(body));
    }),
  );
});

test('operations keep their order and their values', () => {
  const changes = readPatch(
    [
      { op: 'add', path: '/a', value: '1' },
      { op: 'remove', path: '/a' },
    ],
    false,
  );
  assert.deepEqual(changes, [
    { op: 'add', key: 'a', value: '1', strictAdd: false },
    { op: 'remove', key: 'a', value: undefined, strictAdd: false },
  ]);
});
