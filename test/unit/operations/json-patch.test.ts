import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pointerParts, readPatch } from '../../../src/operations/json-patch.ts';

const escapePart = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

test('a pointer made of any parts is read back as those parts', () => {
  const part = fc.string({ minLength: 1 }).filter((text) => !/^[\s\p{Cc}]|[\s\p{Cc}]$/u.test(text));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      assert.deepEqual(pointerParts(parts.map((one) => `/${escapePart(one)}`).join('')), parts);
    }),
  );
});

for (const [what, pointer] of Object.entries({
  'no slash at its beginning': 'auto_disk_config',
  'two slashes at its beginning, which Glance strips': '//auto_disk_config',
  'an empty part': '/tags//x',
  'a slash at its end': '/auto_disk_config/',
  'a blank before the name, which Glance strips': '/ auto_disk_config',
  'a blank behind the name': '/auto_disk_config ',
  'a no-break space behind the name': '/auto_disk_config\u00a0',
  'a separator that only Python strips': '/auto_disk_config\u001f',
  'a next-line sign that only Python strips': '/\u0085auto_disk_config',
  'a tilde that escapes nothing': '/auto~2disk',
  nothing: '',
})) {
  test(`a pointer with ${what} is refused, not repaired`, () => {
    assert.equal(pointerParts(pointer), undefined);
  });
}

test('both dialects tell the same steps', () => {
  const modern = readPatch([
    { op: 'add', path: '/a', value: '1' },
    { op: 'remove', path: '/b~1c' },
  ]);
  const old = readPatch([{ add: '/a', value: '1' }, { remove: '/b~1c' }]);
  assert.deepEqual(modern, {
    kind: 'patch',
    steps: [
      { op: 'add', path: ['a'], value: '1' },
      { op: 'remove', path: ['b/c'], value: undefined },
    ],
  });
  assert.deepEqual(old, modern);
});

for (const [what, body] of Object.entries({
  'an object': { op: 'add', path: '/a', value: '1' },
  'an entry that is no object': ['add'],
  'an entry in both dialects at once': [{ op: 'remove', path: '/a', remove: '/b' }],
  'an entry with two verbs': [{ add: '/a', remove: '/b', value: '1' }],
  'a verb that Glance does not have': [{ op: 'move', path: '/a', from: '/b' }],
  'an entry without a value': [{ op: 'add', path: '/a' }],
  'a path that is no string': [{ op: 'remove', path: ['a'] }],
})) {
  test(`a patch with ${what} is refused with a sentence`, () => {
    const read = readPatch(body);
    assert.equal(read.kind, 'malformed');
    assert.match(read.kind === 'malformed' ? read.message : '', /\.$/);
  });
}
