import { family, type HostileRow, json, refused, request, soundBody } from './hostile-row.ts';

const sent = (body: string, ...headers: string[]): HostileRow['bytes'] => {
  return (aim) => request(aim, `POST ${aim.image}/metadata`, headers.length > 0 ? headers : [json], body);
};
const utf16 = [...soundBody].map((character) => `${character}\0`).join('');

/** Four bytes of gzip's head are enough: whoever begins to decode has lost. */
const gzip = '\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03';

/** Bodies that two readers understand differently, or that cost more to read than to send. */
export const hostileBodies: readonly HostileRow[] = [
  ...family(
    {
      family: 'Bodies',
      expect: 'Refused with 400, 413 or 415 on guarded calls, never repaired.',
      source: 'RFC 8259 4, 8, 9',
      through: refused,
    },
    [
      [
        'a name that stands twice',
        sent('{"metadata":{"auto_disk_config":"TRUE","auto_disk_config":"DISABLED"}}'),
      ],
      ['a name that stands twice, once with an escape', sent('{"metadata":{"a":"1","\\u0061":"2"}}')],
      ['the outer name twice', sent('{"metadata":{"a":"1"},"metadata":{"b":"2"}}')],
      ['__proto__', sent('{"metadata":{"__proto__":"x"}}'), 'CWE-1321'],
      ['an escaped __proto__', sent('{"metadata":{"\\u005f_proto__":"x"}}'), 'CWE-1321'],
      ['a byte order mark', sent(`\xef\xbb\xbf${soundBody}`), 'RFC 8259 8.1'],
      ['UTF-16', sent(utf16), 'RFC 8259 8.1'],
      ['invalid UTF-8', sent('{"metadata":{"a":"\xff"}}'), 'RFC 8259 8.1'],
      ['UTF-8 of a surrogate', sent('{"metadata":{"a":"\xed\xa0\x80"}}'), 'RFC 3629 3'],
      ['a lone surrogate', sent('{"metadata":{"a":"\\ud800"}}'), 'RFC 8259 8.2'],
      ['NUL as an escape', sent('{"metadata":{"a":"\\u0000"}}'), 'C strings, databases'],
      ['a raw control character', sent('{"metadata":{"a":"\x01"}}'), 'RFC 8259 7'],
      ['200 levels', sent(`${'{"metadata":'.repeat(200)}{}${'}'.repeat(200)}`)],
      ['20,000 lists that never end', sent('['.repeat(20_000))],
      ['a number beyond 2^53', sent('{"metadata":{"a":9007199254740993}}'), 'RFC 8259 6'],
      ['a number beyond all bounds', sent('{"metadata":{"a":1e400}}'), 'RFC 8259 6'],
      ['a number of 10,000 digits', sent(`{"metadata":{"a":${'9'.repeat(10_000)}}}`), 'CVE-2020-10735'],
      ['bytes behind the JSON', sent(`${soundBody}{}`), 'RFC 8259 2'],
      ['NaN', sent('{"metadata":{"a":NaN}}'), 'Python json.loads takes it'],
      ['a comment', sent('{"metadata":{/**/"a":"1"}}')],
      ['a form', sent('_method=DELETE&metadata=x')],
      ['no body', sent('')],
      ['a megabyte', sent(`{"metadata":{"a":"${'x'.repeat(1_000_000)}"}}`)],
    ],
  ),
  ...family(
    {
      family: 'Content types',
      expect: 'Refused with 415, or 400 where the header stands twice.',
      source: 'recorded from Nova 26, which reads all of them as JSON in UTF-8',
      through: refused,
    },
    [
      ['no content type', sent(soundBody, 'X-A: b')],
      ['plain text', sent(soundBody, 'Content-Type: text/plain')],
      ['another charset', sent(soundBody, `${json}; charset=latin-1`)],
      ['UTF-7', sent(soundBody, `${json}; charset=utf-7`)],
      ['two content types in one', sent(soundBody, `${json}, text/plain`)],
      ['two content types', sent(soundBody, json, 'Content-Type: text/plain')],
      ['a content type with an underscore', sent(soundBody, 'Content_Type: application/json')],
    ],
  ),
  ...family(
    {
      family: 'Content codings',
      expect: 'Refused with 415, and never decoded.',
      source: 'RFC 9110 8.4; CWE-409 (bombs)',
      through: refused,
    },
    [
      ...['gzip', 'GZIP', 'x-gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'identity, gzip', 'unknown'].map(
        (coding) => [coding, sent(gzip + soundBody, json, `Content-Encoding: ${coding}`)] as const,
      ),
      ['two headers', sent(gzip, json, 'Content-Encoding: identity', 'Content-Encoding: gzip')],
      [
        'a bomb of many layers',
        sent(gzip.repeat(1000), json, `Content-Encoding: ${'gzip, '.repeat(50)}gzip`),
      ],
    ],
  ),
];
