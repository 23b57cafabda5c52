import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchPath, pathSegments, readTarget, routedMethod } from '../../../src/demo/wsgi-path.ts';

test('dot segments count as they are written, not when they are encoded', () => {
  assert.equal(readTarget('/a/../b/./c')?.path, '/b/c');
  assert.equal(readTarget('/../../a')?.path, '/a');
  assert.equal(readTarget('/a/..')?.path, '/');
  assert.equal(readTarget('/a/.')?.path, '/a/');
  assert.equal(readTarget('/a/%2e%2e/b')?.path, '/a/../b');
});

test('everything is decoded once, and doubled slashes are one', () => {
  assert.equal(readTarget('/a%2fb//c')?.path, '/a/b/c');
  assert.equal(readTarget('/a%252fb')?.path, '/a%2fb');
  assert.equal(readTarget('/a%zz%')?.path, '/a%zz');
  assert.equal(readTarget('/%c3%a9')?.path, '/é');
});

test('a target that is no path, or no UTF-8, is not answered', () => {
  for (const target of ['*', 'v2/x', '', '/%ff', '/%c0%ae'])
    assert.equal(readTarget(target), undefined, target);
});

test('the query is kept as it is, the fragment and a foreign origin are not', () => {
  assert.deepEqual(readTarget('http://h.example:1/a?b=%20#c?d'), { path: '/a', query: 'b=%20' });
  assert.deepEqual(readTarget('http://h.example'), { path: '/', query: '' });
});

test('for plain segments the path is what was sent', () => {
  const plain = fc.array(fc.stringMatching(/^[a-zA-Z0-9_~-]{1,8}$/), { minLength: 1 });
  fc.assert(
    fc.property(plain, (segments) => {
      assert.deepEqual(pathSegments(readTarget(`/${segments.join('/')}`)?.path ?? ''), segments);
    }),
  );
});

test('percent-encoding every byte of a path changes nothing but dot segments', () => {
  const encode = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      assert.equal(readTarget(`/${encode(text)}`)?.path, `/${text}`.replace(/\/{2,}/g, '/'));
    }),
  );
});

test('_method must stand in the query as it is; then its decoded name counts, the last one, in capitals', () => {
  assert.equal(routedMethod('GET', ''), 'GET');
  assert.equal(routedMethod('GET', '_method=delete'), 'DELETE');
  assert.equal(routedMethod('GET', '_method=PUT&_method=POST'), 'POST');
  assert.equal(routedMethod('GET', '%5Fmethod=DELETE'), 'GET');
  assert.equal(routedMethod('GET', 'x=_method&%5Fmethod=DELETE'), 'DELETE');
  assert.equal(routedMethod('PUT', '_method='), 'PUT');
});

test('a pattern binds its parameters, and a newline at the very end is not part of the path', () => {
  const pattern = 'images/:id/metadata/:key'.split('/');
  assert.deepEqual({ ...matchPath(pattern, pathSegments('/images/a/metadata/b\n')) }, { id: 'a', key: 'b' });
  assert.equal(matchPath(pattern, pathSegments('/images/a/metadata/')), undefined);
  assert.equal(matchPath(pattern, pathSegments('/images/a/meta/b')), undefined);
});
