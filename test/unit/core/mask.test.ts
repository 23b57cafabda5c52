import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../../src/core/json.ts';
import { maskJson, maskText } from '../../../src/core/mask.ts';

test('texts become stars of the same length; ids and the words that rules are about stay', () => {
  assert.equal(maskText('John, Doe'), '*********');
  assert.equal(maskText('False'), 'False');
  assert.equal(maskText(' DISABLED '), ' DISABLED ');
  assert.equal(maskText('d42f821e-c2d1-4796-9f07-af5ed7912d0e'), 'd42f821e-c2d1-4796-9f07-af5ed7912d0e');
  assert.equal(maskText('x'.repeat(5000)).length, 1024);
});

test('a JSON patch keeps its pointers and loses its values', () => {
  const patch = [
    { op: 'add', path: '/label', value: 'secret' },
    { replace: '/auto_disk_config', value: 'TRUE' },
    { op: 'add', path: 'secret', value: ['secret', 5] },
  ];
  assert.deepEqual(JSON.parse(JSON.stringify(maskJson(patch))), [
    { op: 'add', path: '/label', value: '******' },
    { replace: '/auto_disk_config', value: 'TRUE' },
    { op: 'add', path: '******', value: ['******', 0] },
  ]);
});

test('a key named path is no pointer outside of a patch', () => {
  assert.equal(JSON.stringify(maskJson({ metadata: { path: '/etc' } })), '{"metadata":{"path":"****"}}');
});

test('no text of a value survives, whatever its place', () => {
  const marked = fc.jsonValue({ depthSize: 'small' }).map((value) => JSON.parse(JSON.stringify(value)));
  fc.assert(
    fc.property(marked, fc.string({ minLength: 1 }), (value, key) => {
      const masked = JSON.stringify(
        maskJson({ [key]: ['my-secret-value', value, { a: 'my-secret-value' }] } as Json),
      );
      assert.ok(!masked.includes('my-secret-value'));
    }),
  );
});
