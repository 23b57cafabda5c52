import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { canonicalTarget } from '../../../src/pipeline/canonical-path.ts';

const image = '/v2.1/images/d0000000-0000-4000-8000-000000000001';

const accepted: [target: string, path: string, query: string, segments: string[]][] = [
  ['/', '/', '', []],
  ['/v2/images', '/v2/images', '', ['v2', 'images']],
  ['/v2/images/', '/v2/images/', '', ['v2', 'images']],
  ['/v2/images?', '/v2/images', '', ['v2', 'images']],
  ['/v2/images?a=b&c', '/v2/images', '?a=b&c', ['v2', 'images']],
  ['/a?b?c', '/a', '?b?c', ['a']],
  [
    `${image}/metadata/a.json`,
    `${image}/metadata/a.json`,
    '',
    ['v2.1', 'images', image.slice(13), 'metadata', 'a.json'],
  ],
  ["/a/!$&'()*+,=:@-_~...", "/a/!$&'()*+,=:@-_~...", '', ['a', "!$&'()*+,=:@-_~..."]],
  ['/metadata/a%20b', '/metadata/a%20b', '', ['metadata', 'a b']],
  ['/metadata/%C3%BC%e2%82%ac', '/metadata/%C3%BC%e2%82%ac', '', ['metadata', 'ü€']],
  ['/x?filter[a]={"b":"c|d"}', '/x', '?filter[a]={"b":"c|d"}', ['x']],
  [
    '/x?_methods=GET&method=PUT&my_method=1&a=_method',
    '/x',
    '?_methods=GET&method=PUT&my_method=1&a=_method',
    ['x'],
  ],
  ['/x?%zz=1&%', '/x', '?%zz=1&%', ['x']],
];

const refusedPaths: [name: string, target: string][] = [
  ['an empty target', ''],
  ['the asterisk form', '*'],
  ['the absolute form', 'http://other.example/v2/images'],
  ['the authority form', 'example:443'],
  ['a target without a slash', 'v2/images'],
  ['a dot segment in the middle', '/v2/./images'],
  ['a double dot segment', '/x/../v2/images'],
  ['a leading double dot segment', '/../v2/images'],
  ['a last dot segment', '/v2/images/.'],
  ['a last double dot segment', '/v2/images/..'],
  ['a double dot segment before a slash', '/v2/images/../'],
  ['an encoded dot segment', '/v2/%2e%2e/images'],
  ['a half encoded dot segment', '/v2/.%2E/images'],
  ['an encoded dot in a word', '/v2%2e1/images'],
  ['a double slash', '/v2//images'],
  ['a leading double slash', '//host/v2/images'],
  ['a trailing double slash', '/v2/images//'],
  ['a matrix parameter', '/v2/images;x=1/a'],
  ['a backslash', '/v2\\images'],
  ['an encoded slash', '/v2%2fimages'],
  ['an encoded slash in upper case', '/v2%2Fimages'],
  ['an encoded backslash', '/v2%5cimages'],
  ['an encoded semicolon', '/v2/a%3bb'],
  ['an encoded question mark', '/v2/a%3Fb'],
  ['an encoded number sign', '/v2/a%23b'],
  ['an encoded percent sign', '/v2/a%252fb'],
  ['an encoded NUL', '/v2/a%00'],
  ['an encoded line feed', `${image}%0a/metadata`],
  ['an encoded DEL', '/v2/a%7f'],
  ['an encoded C1 control', '/v2/a%c2%85'],
  ['an encoded letter', '/v2/%69mages'],
  ['an encoded digit', '/v%32/images'],
  ['an encoded underscore', '/metadata/auto%5Fdisk_config'],
  ['an encoded hyphen', '/a%2db'],
  ['an encoded tilde', '/a%7Eb'],
  ['an overlong slash', '/v2/a%c0%af'],
  ['a lone continuation byte', '/v2/a%80'],
  ['an encoded half surrogate', '/v2/a%ed%a0%80'],
  ['a byte that is never UTF-8', '/v2/a%ff'],
  ['a percent sign alone', '/v2/metadata%'],
  ['an escape with one digit', '/v2/a%2/b'],
  ['an escape that is not hexadecimal', '/v2/a%zz'],
  ['the escape of old browsers', '/v2/m%u0065ta'],
  ['raw UTF-8', '/v2/\u00fc'],
  ['a raw full-width slash', '/v2\uff0fimages'],
  ['a raw control character', '/v2/a\u0001'],
  ['a raw space', '/v2/a b'],
  ['a number sign', '/v2/images#x'],
  ['a brace', '/v2/{id}'],
  ['a quote', '/v2/"a"'],
  ['a number sign in the query', '/v2?a#b'],
  ['a control character in the query', '/v2?a\u0007b'],
  ['raw UTF-8 in the query', '/v2?a=\u00fc'],
];

const overrides = [
  '?_method=DELETE',
  '?a=b&_method=PUT',
  '?_method',
  '?_METHOD=put',
  '?%5Fmethod=PUT',
  '?%5fm%45thod=PUT',
  '?%255fmethod=PUT',
  '?a;_method=PUT',
  '?a=b;%5fmethod',
  '?+_method=PUT',
  '?_method%20=PUT',
  '?_method%00=PUT',
  '??_method=PUT',
];

describe('canonicalTarget', () => {
  for (const [target, path, query, segments] of accepted) {
    test(`takes ${target} as it is`, () => {
      assert.deepEqual(canonicalTarget(target), { kind: 'ok', path, query, segments });
    });
  }

  for (const [name, target] of refusedPaths) {
    test(`refuses ${name}`, () => {
      const result = canonicalTarget(target);
      assert.ok(result.kind === 'refused', JSON.stringify(result));
      assert.equal(result.fault, 'bad-path');
      assert.match(result.message, /^[\x20-\x7e]+\.$/);
    });
  }

  for (const query of overrides) {
    test(`refuses the method override ${query}`, () => {
      const result = canonicalTarget(`/v2/images${query}`);
      assert.ok(result.kind === 'refused', JSON.stringify(result));
      assert.equal(result.fault, 'method-override');
    });
  }

  test('never accepts a path that WHATWG URL parsing would change, and gives it back unchanged', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2f',
      '%2e',
      'a',
      '%41',
      ';',
      '\\',
      '//',
      '%',
      '%c3%bc',
      'é',
      '%00',
      '+',
      ':',
      '@',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const target = `/${pieces.join('')}`;
        const result = canonicalTarget(target);
        if (result.kind === 'refused') return;
        assert.equal(result.path + result.query, target);
        assert.equal(new URL(target, 'http://base.invalid').pathname, target);
        const again = result.segments.map(encodeURIComponent);
        assert.deepEqual(again.map(decodeURIComponent), result.segments);
      }),
      { numRuns: 5000 },
    );
  });

  test('no decoded segment holds a separator, a dot segment or a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/.%0123456789abcdefABCDEF;\\?#-') }), (text) => {
        const result = canonicalTarget(`/${text}`);
        if (result.kind === 'refused') return;
        for (const segment of result.segments) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
          assert.doesNotMatch(segment, /[/\\;?#%\x00-\x1f\x7f]|^\.{0,2}$/);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('no spelling of a query that decodes to _method passes', () => {
    const letter = (character: string) =>
      fc.constantFrom(
        character,
        character.toUpperCase(),
        `%${character.charCodeAt(0).toString(16)}`,
        `%25${character.charCodeAt(0).toString(16)}`,
      );
    const name = fc.tuple(...[...'_method'].map(letter)).map((letters) => letters.join(''));
    fc.assert(
      fc.property(
        name,
        fc.constantFrom('&', ';'),
        fc.constantFrom('', '=PUT'),
        (spelled, separator, value) => {
          const result = canonicalTarget(`/x?a=b${separator}${spelled}${value}`);
          assert.ok(result.kind === 'refused' && result.fault === 'method-override', spelled);
        },
      ),
    );
  });
});
