import { type Aim, family, type HostileRow, json, refused, request, soundBody } from './hostile-row.ts';

const collection = (image: string): string => image.slice(0, image.lastIndexOf('/'));
const idOf = (image: string): string => image.slice(image.lastIndexOf('/') + 1);
const prefix = (image: string): string => image.slice(0, image.lastIndexOf('/images/'));

const spelled = (target: (aim: Aim) => string, body = soundBody): HostileRow['bytes'] => {
  return (aim) => request(aim, `POST ${target(aim)}`, [json], body);
};

const real = 'recorded from Nova 26 behind uwsgi, which reaches the image by it';

/** Paths that a careless reader takes for another one than they are. */
export const hostilePaths: readonly HostileRow[] = [
  ...family(
    {
      family: 'Paths',
      expect: 'Refused with 400 or 404; whatever leaves is what was matched, byte for byte.',
      source: 'RFC 3986 3.3, 6.2',
      through: refused,
    },
    [
      ['an empty segment', spelled(({ image }) => `${image}//metadata`), real],
      ['an empty segment at the beginning', spelled(({ image }) => `/${image}/metadata`), real],
      ['an encoded slash', spelled(({ image }) => `${image}%2fmetadata`), real],
      ['an encoded slash in upper case', spelled(({ image }) => `${image}%2Fmetadata`), real],
      ['a dot segment', spelled(({ image }) => `${image}/./metadata`), real],
      ['two dots', spelled(({ image }) => `${image}/x/../metadata`), real],
      ['two dots out of a public path', spelled(({ image }) => `/healthcheck/..${image}/metadata`), real],
      ['encoded dots', spelled(({ image }) => `${image}/x/%2e%2e/metadata`), 'RFC 3986 6.2.2.3'],
      ['half encoded dots', spelled(({ image }) => `${image}/x/.%2E/metadata`), 'RFC 3986 6.2.2.3'],
      [
        'a dot segment with a parameter',
        spelled(({ image }) => `${image}/x/..;/metadata`),
        'Tomcat path parameters',
      ],
      ['a path parameter', spelled(({ image }) => `${image}/metadata;x=1`), 'RFC 2396 3.3; Tomcat'],
      ['an encoded semicolon', spelled(({ image }) => `${image}/metadata%3bx`), 'Tomcat path parameters'],
      ['a backslash', spelled(({ image }) => `${image}\\metadata`), 'WHATWG URL'],
      ['an encoded backslash', spelled(({ image }) => `${image}%5cmetadata`), 'IIS, WHATWG URL'],
      ['NUL', spelled(({ image }) => `${image}/metadata%00`), 'C strings'],
      ['an encoded line feed', spelled(({ image }) => `${image}/metadata%0a`), real],
      ['a line feed in the id', spelled(({ image }) => `${image}%0a/metadata`), real],
      ['an encoded delete character', spelled(({ image }) => `${image}/metadata%7f`)],
      [
        'an encoded control character of two bytes',
        spelled(({ image }) => `${image}/metadata%c2%85`),
        'Python str.splitlines',
      ],
      ['an encoded question mark', spelled(({ image }) => `${image}%3f/metadata`), real],
      ['an encoded number sign', spelled(({ image }) => `${image}%23/metadata`), real],
      ['a fragment', spelled(({ image }) => `${image}/metadata#x`), real],
      [
        'an encoded letter',
        spelled(({ image }) => `${prefix(image)}/%69mages/${idOf(image)}/metadata`),
        real,
      ],
      ['an encoded letter in the last segment', spelled(({ image }) => `${image}/%6detadata`), real],
      [
        'an encoded dot in the version',
        spelled(({ image }) => `/v2%2e1/images/${idOf(image)}/metadata`),
        real,
      ],
      [
        'an id in upper case',
        spelled(({ image }) => `${collection(image)}/${idOf(image).toUpperCase()}/metadata`),
        real,
      ],
      [
        'an id without hyphens',
        spelled(({ image }) => `${collection(image)}/${idOf(image).replaceAll('-', '')}/metadata`),
      ],
      [
        'an id in braces',
        spelled(({ image }) => `${collection(image)}/%7b${idOf(image)}%7d/metadata`),
        'Python uuid.UUID',
      ],
      ['a lone percent sign', spelled(({ image }) => `${image}/metadata%`), real],
      ['bad UTF-8', spelled(({ image }) => `${image}/metadata/%ff`), 'RFC 3629 3'],
      ['overlong UTF-8', spelled(({ image }) => `${image}%c0%afmetadata`), 'RFC 3629 10'],
      ['raw UTF-8', spelled(({ image }) => `${image}/metadata/\xc3\xbc`), 'RFC 3986 2'],
      ['the absolute form', spelled(({ image }) => `http://other.example${image}/metadata`), real],
      ['the absolute form of HTTPS', spelled(({ image }) => `https://other.example${image}/metadata`), real],
      ['no slash at the beginning', spelled(({ image }) => `x${image}/metadata`), 'RFC 9112 3.2'],
    ],
  ),
  ...family(
    {
      family: 'Spellings that mean the same call',
      expect: 'Judged as the guarded call: a body that it would refuse is refused.',
      source: 'Nova takes a format suffix and a trailing slash off the path',
      through: refused,
    },
    [
      ['.json', spelled(({ image }) => `${image}/metadata.json`, '{"metadata":{"a":"1","a":"2"}}')],
      ['a trailing slash', spelled(({ image }) => `${image}/metadata/`, '{"metadata":{"a":"1","a":"2"}}')],
      [
        'another version',
        spelled(({ image }) => `/v2.1/images/${idOf(image)}/metadata`, '{"metadata":{"a":"1","a":"2"}}'),
      ],
      ['an empty query', spelled(({ image }) => `${image}/metadata?`, '{"metadata":{"a":"1","a":"2"}}')],
    ],
  ),
  ...family(
    {
      family: 'Disguises of a guarded call',
      expect:
        'Refused with 404: no broad route takes what a careless reader would find to be a guarded call.',
      source: 'servers that fold case, or take any suffix for a format as Nova did until 2014',
      through: refused,
    },
    [
      ['behind a prefix of the server', spelled(({ image }) => `/compute${image}/metadata`), 'DevStack'],
      [
        'behind two prefixes',
        spelled(({ image }) => `/api/compute/v2.1/p1/images/${idOf(image)}/metadata`),
        'reverse proxies',
      ],
      ['a word in upper case', spelled(({ image }) => `${image}/METADATA`)],
      [
        'the collection in upper case',
        spelled(({ image }) => `${prefix(image)}/Images/${idOf(image)}/metadata`),
      ],
      ['.xml', spelled(({ image }) => `${image}/metadata.xml`)],
      ['.JSON', spelled(({ image }) => `${image}/metadata.JSON`)],
      ['a blank at the end', spelled(({ image }) => `${image}/metadata%20`)],
      ['a no-break space at the end', spelled(({ image }) => `${image}/metadata%c2%a0`)],
    ],
  ),
];
