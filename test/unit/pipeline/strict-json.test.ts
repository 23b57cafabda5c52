import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson } from '../../../src/pipeline/strict-json.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string) => parseStrictJson(bytes(text));
const refusal = (input: string | Uint8Array): string => {
  const result = parseStrictJson(typeof input === 'string' ? bytes(input) : input);
  assert.equal(result.kind, 'refused', 'was accepted');
  return result.kind === 'refused' ? result.message : '';
};

const refused: [name: string, input: string | Uint8Array, message: RegExp][] = [
  ['an empty body', '', /empty/],
  ['white space alone', ' \n', /ends in the middle.*line 2, column 1/],
  ['a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d), /byte order mark/],
  ['UTF-16', Uint8Array.from(Buffer.from('{"a":1}', 'utf16le')), /UTF-16/],
  ['UTF-16 with a mark', Uint8Array.of(0xfe, 0xff, 0, 0x7b), /UTF-16/],
  ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /not valid UTF-8/],
  ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), /not valid UTF-8/],
  ['an overlong quote', Uint8Array.of(0x22, 0xc0, 0xa2, 0x22), /not valid UTF-8/],
  ['a name twice', '{"a":1,"a":2}', /name "a" stands twice in the same object \(line 1, column 8\)/],
  [
    'a name twice, once escaped',
    '{"auto_disk_config":1,"auto\\u005fdisk_config":2}',
    /"auto_disk_config" stands twice/,
  ],
  ['a name twice in a deep object', '[1,{"x":{"a":1,\n"b":[],"a":2}}]', /line 2, column 8/],
  ['the empty name twice', '{"":1,"":2}', /name "" stands twice/],
  ['__proto__', '{"__proto__":{}}', /__proto__/],
  ['an escaped __proto__', '{"a":{"\\u005f_proto__":1}}', /__proto__/],
  ['an escaped high surrogate alone', '"\\ud800"', /half of a surrogate/],
  ['an escaped low surrogate alone', '"\\udc00"', /half of a surrogate/],
  ['surrogates in the wrong order', '"\\udc00\\ud800"', /half of a surrogate/],
  ['a high surrogate before a letter', '"\\ud800a"', /half of a surrogate/],
  ['a high surrogate before another escape', '"\\ud800\\u0041"', /half of a surrogate/],
  ['NUL as an escape', '"a\\u0000"', /NUL/],
  ['a raw control character', '"a\u0001"', /control character/],
  ['a raw line break in a string', '"a\nb"', /control character/],
  ['an unknown escape', '"\\x41"', /escape/],
  ['an infinite number', '1e400', /too large/],
  ['an integer beyond 2^53', '9007199254740993', /too large/],
  ['a negative integer beyond 2^53', '{"a":-9007199254740993}', /column 6/],
  ['a leading zero', '01', /after the end/],
  ['a plus sign', '+1', /value is expected/],
  ['a lone minus', '-', /number/],
  ['a point without digits', '1.', /after the end/],
  ['NaN', 'NaN', /value is expected/],
  ['a comment', '{/*x*/}', /name in double quotes/],
  ['single quotes', "{'a':1}", /name in double quotes/],
  ['a trailing comma in an object', '{"a":1,}', /name in double quotes/],
  ['a trailing comma in a list', '[1,]', /value is expected/],
  ['a missing colon', '{"a" 1}', /colon/],
  ['a missing comma', '[1 2]', /comma or "\]"/],
  ['a cut object', '{"a":', /ends in the middle/],
  ['a cut string', '{"a', /no end \(line 1, column 2\)/],
  ['trailing bytes', '{} x', /after the end/],
  ['a second value', '{}{}', /after the end/],
  ['a form', '_method=PUT', /value is expected/],
];

describe('parseStrictJson', () => {
  for (const [name, input, message] of refused) {
    test(`refuses ${name}`, () => assert.match(refusal(input), message));
  }

  test('takes ordinary JSON in all its forms', () => {
    const text =
      ' {"metadata":{"a":"\\u00fc\\n\\ud83d\\ude00","b":"ü😀"},"n":[1,-0.5e-3,true,false,null,{}]}\n';
    assert.deepEqual(read(text), { kind: 'ok', value: JSON.parse(text) });
  });

  test('takes the same name in different objects', () => {
    assert.equal(read('{"a":{"a":1},"b":{"a":2}}').kind, 'ok');
  });

  test('bounds the depth at 32 levels', () => {
    assert.equal(read('['.repeat(32) + ']'.repeat(32)).kind, 'ok');
    assert.match(refusal('['.repeat(33) + ']'.repeat(33)), /more than 32 deep/);
    assert.match(refusal('{"a":'.repeat(100_000)), /more than 32 deep/);
  });

  test('shortens a long name and escapes what would break the sentence', () => {
    const message = refusal(`{"${'x'.repeat(200)}":1,"${'x'.repeat(200)}":1}`);
    assert.ok(message.length < 150, message);
    assert.doesNotMatch(refusal('{"a\\nb":1,"a\\nb":2}'), /\n/);
  });

  test('agrees with JSON.parse on everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6, noUnicodeString: false } as fc.JsonSharedConstraints),
        fc.nat(2),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent);
          const result = read(text);
          if (result.kind === 'ok') assert.deepEqual(result.value, JSON.parse(text));
          else assert.match(result.message, /too large|NUL|surrogate|__proto__/);
        },
      ),
    );
  });

  test('takes no text that JSON.parse refuses, and refuses none for its grammar alone', () => {
    const unit = fc.constantFrom(...'{}[]:,"\\u0041bn-+.eE12 \ntrufalsn'.split(''));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 24 }), (text) => {
        const ours = read(text);
        let theirs = true;
        try {
          JSON.parse(text);
        } catch {
          theirs = false;
        }
        if (ours.kind === 'ok') assert.ok(theirs, text);
        else if (theirs) assert.match(ours.message, /too large|NUL|surrogate|twice/, text);
      }),
      { numRuns: 20_000 },
    );
  });

  test('finds any name that stands twice, at any depth and in any spelling', () => {
    const spelled = (name: string, escaped: boolean): string =>
      escaped
        ? [...name]
            .map((c) => (c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c))
            .join('')
        : JSON.stringify(name).slice(1, -1);
    const names = fc.uniqueArray(
      fc.string({ minLength: 1 }).filter((n) => n !== '__proto__' && !n.includes('\0')),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(
        names,
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        fc.nat(20),
        (list, which, where, escaped, depth) => {
          const twin = list[which % list.length] as string;
          const members = list.map((name) => `"${spelled(name, false)}":1`);
          const wrap = (inner: string) => '{"w":['.repeat(depth / 2) + inner + ']}'.repeat(depth / 2);
          assert.equal(read(wrap(`{${members.join(',')}}`)).kind, 'ok');
          members.splice(where % (members.length + 1), 0, `"${spelled(twin, escaped)}":2`);
          assert.match(refusal(wrap(`{${members.join(',')}}`)), /stands twice/);
        },
      ),
    );
  });
});
