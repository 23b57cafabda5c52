/** A name, and what is written to the connection. */
export type RefusedRow = readonly [name: string, bytes: string, status?: number];
/** A name, what is written, all answers on the connection, and what the origin runs: request lines and bodies. */
export type SoundRow = readonly [
  name: string,
  bytes: string,
  answers: number[],
  runs: [line: string, body: string][],
];

/** What an attacker would like to be run as a request of its own. */
const hidden = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const end = '0\r\n\r\n';
const chunked = 'Transfer-Encoding: chunked';

/** A head with `Connection: close`, unless it says something else of it, so that the test sees the end. */
const head = (line: string, ...headers: string[]): string => {
  const last = headers.some((header) => header.startsWith('Connection')) ? [] : ['Connection: close'];
  return [line, 'Host: a', ...headers, ...last, '', ''].join('\r\n');
};
const post = (...headers: string[]): string => head('POST /a HTTP/1.1', ...headers);
const get = (...headers: string[]): string => head('GET /a HTTP/1.1', ...headers);

/** Refused with a fault before a single byte of it leaves; 400 where nothing else is said. */
export const refused: readonly RefusedRow[] = [
  ['CL.TE: a length and chunks', post('Content-Length: 4', chunked) + end + hidden],
  ['TE.CL: chunks and a length', post(chunked, 'Content-Length: 4') + chunk(hidden) + end],
  ['TE.TE: two codings in two headers', post(chunked, chunked) + end + hidden],
  ['TE.TE: chunked and identity', post('Transfer-Encoding: chunked, identity') + end + hidden],
  ['gzip before chunked', post('Transfer-Encoding: gzip, chunked') + end],
  ['a coding that only contains the word', post('Transfer-Encoding: xchunked') + end + hidden],
  ['a coding with a parameter', post('Transfer-Encoding: chunked;q=1') + end],
  ['a coding in quotes', post('Transfer-Encoding: "chunked"') + end],
  ['chunks in HTTP/1.0', head('POST /a HTTP/1.0', chunked) + end + hidden],
  ['two different lengths', post('Content-Length: 0', 'Content-Length: 33') + hidden],
  ['the same length twice', `${post('Content-Length: 1', 'Content-Length: 1')}x`],
  ['a list of lengths', `${post('Content-Length: 1, 1')}x`],
  ['a signed length', `${post('Content-Length: +1')}x`],
  ['a negative length', post('Content-Length: -1') + hidden],
  ['a hexadecimal length', `${post('Content-Length: 0x1')}x`],
  ['a length with a space in it', `${post('Content-Length: 1 0')}x`],
  ['an empty length', post('Content-Length: ') + hidden],
  ['an endless length', `${post('Content-Length: 99999999999999999999999')}x`],
  ['a space before the colon', post('Content-Length : 33') + hidden],
  ['a tab before the colon', post('Transfer-Encoding\t: chunked') + end + hidden],
  ['a folded header', post('Transfer-Encoding:\r\n chunked') + end + hidden],
  ['a folded header after another', get('X-A: b\r\n\tContent-Length: 33') + hidden],
  ['a header without a colon', get('Content-Length 33') + hidden],
  ['a header without a name', get(': x')],
  ['a NUL in a header', get('X-A: a\0b')],
  ['a bare CR in a header', get('X-A: a\rContent-Length: 33') + hidden],
  ['a bare LF at the end of a header', `GET /a HTTP/1.1\r\nHost: a\nContent-Length: 33\r\n\r\n${hidden}`],
  ['bare LFs alone', `GET /a HTTP/1.1\nHost: a\n\n${hidden}`],
  ['a header section that ends in a bare LF', `GET /a HTTP/1.1\r\nHost: a\r\n\n${hidden}`],
  ['white space before the first header', 'GET /a HTTP/1.1\r\n Content-Length: 33\r\nHost: a\r\n\r\n'],
  ['no Host', 'GET /a HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['two Hosts', get('Host: b')],
  ['a Host with a path', 'GET /a HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n'],
  ['the absolute form', head('GET http://other.example/a HTTP/1.1')],
  ['the absolute form of HTTPS', head('GET https://a/a HTTP/1.1')],
  ['the asterisk form', head('OPTIONS * HTTP/1.1')],
  ['the authority form on GET', head('GET a:80 HTTP/1.1')],
  ['CONNECT', head('CONNECT a:80 HTTP/1.1') + hidden, 405],
  ['TRACE', head('TRACE /a HTTP/1.1'), 405],
  ['a method that Node knows and we do not', head('PROPFIND /a HTTP/1.1'), 405],
  ['a method that nobody knows', head('SMUGGLE /a HTTP/1.1')],
  ['a method in lower case', head('get /a HTTP/1.1')],
  ['HTTP/0.9', 'GET /a\r\n\r\n'],
  ['HTTP/0.9 in the request line', head('GET /a HTTP/0.9')],
  ['HTTP/2.0 in the request line', head('GET /a HTTP/2.0')],
  ['HTTP/1.2', head('GET /a HTTP/1.2')],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a space in the target', head('GET /a /b HTTP/1.1')],
  ['raw UTF-8 in the target', head('GET /\xc3\xbc HTTP/1.1')],
  ['a number sign in the target', head('GET /a#b HTTP/1.1')],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['an expectation that nobody knows', `${post('Expect: 200-ok', 'Content-Length: 1')}x`],
  ['an upgrade to anything', get('Connection: Upgrade', 'Upgrade: foo') + hidden],
  ['an upgrade of a POST', post('Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 33') + hidden],
  [
    'an upgrade to WebSocket with a body that does not come',
    get('Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 30'),
  ],
  [
    'an upgrade to WebSocket with chunks that do not come',
    get('Connection: Upgrade', 'Upgrade: websocket', chunked),
  ],
  [
    'an upgrade to WebSocket with a body',
    get('Connection: Upgrade', 'Upgrade: websocket', `Content-Length: ${hidden.length}`) + hidden,
  ],
  [
    'an upgrade to WebSocket where no route allows it',
    get('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x') + hidden,
  ],
];

/** Broken only behind the head: it may have been taken up by then, but is never run, in whole or in part. */
export const brokenBodies: readonly RefusedRow[] = [
  ['a chunk size that is no number', `${post(chunked)}zz\r\n${hidden}`],
  ['a negative chunk size', `${post(chunked)}-1\r\n${hidden}`],
  ['a chunk size with 0x', `${post(chunked)}0x${chunk('abc')}${end}`],
  ['a chunk size beyond 64 bits', `${post(chunked)}fffffffffffffffff1\r\nx`],
  ['a chunk longer than its size', `${post(chunked)}2\r\nabcd\r\n${end}${hidden}`],
  ['a chunk size that ends in a bare LF', `${post(chunked)}3\nabc\r\n${end}${hidden}`],
  ['a chunk extension with a bare LF', `${post(chunked)}3;a\nabc\r\n${end}${hidden}`],
  ['a chunk that ends in a bare LF', `${post(chunked)}3\r\nabc\n${end}${hidden}`],
  ['a very long chunk extension', `${post(chunked)}3;${'x'.repeat(20_000)}\r\nabc\r\n${end}`],
  ['a length in the trailers', `${post(chunked)}3\r\nabc\r\n0\r\nContent-Length: 33\r\n\r\n${hidden}`],
];

/** Sound requests that others have stumbled over: exactly what was judged is run. */
export const sound: readonly SoundRow[] = [
  [
    'a chunked DELETE',
    head('DELETE /a HTTP/1.1', chunked) + chunk(hidden) + end,
    [200],
    [['DELETE /a HTTP/1.1', hidden]],
  ],
  [
    'a chunked OPTIONS',
    head('OPTIONS /a HTTP/1.1', chunked) + chunk(hidden) + end,
    [200],
    [['OPTIONS /a HTTP/1.1', hidden]],
  ],
  ['a chunked GET', get(chunked) + chunk(hidden) + end, [200], [['GET /a HTTP/1.1', hidden]]],
  [
    'a chunked HEAD',
    head('HEAD /a HTTP/1.1', chunked) + chunk(hidden) + end,
    [200],
    [['HEAD /a HTTP/1.1', hidden]],
  ],
  ['a chunked POST', post(chunked) + chunk(hidden) + end, [200], [['POST /a HTTP/1.1', hidden]]],
  [
    'a chunked PATCH in upper case',
    head('PATCH /a HTTP/1.1', 'Transfer-Encoding: Chunked') + chunk(hidden) + end,
    [200],
    [['PATCH /a HTTP/1.1', hidden]],
  ],
  [
    'a sized DELETE',
    head('DELETE /a HTTP/1.1', `Content-Length: ${hidden.length}`) + hidden,
    [200],
    [['DELETE /a HTTP/1.1', hidden]],
  ],
  ['a sized GET', get(`Content-Length: ${hidden.length}`) + hidden, [200], [['GET /a HTTP/1.1', hidden]]],
  [
    'a length with leading zeros',
    head('PUT /a HTTP/1.1', `Content-Length: 000${hidden.length}`) + hidden,
    [200],
    [['PUT /a HTTP/1.1', hidden]],
  ],
  ['a length of zero', post('Content-Length: 0'), [200], [['POST /a HTTP/1.1', '']]],
  [
    'chunk extensions and trailers',
    `${post(chunked, 'Trailer: X-Roles')}3;a=b;c="d"\r\nabc\r\n0;e\r\nX-Roles: admin\r\n\r\n`,
    [200],
    [['POST /a HTTP/1.1', 'abc']],
  ],
  [
    'framing headers with underscores',
    `${post('Content-Length: 3', 'Content_Length: 0', 'Transfer_Encoding: chunked')}abc`,
    [200],
    [['POST /a HTTP/1.1', 'abc']],
  ],
  ['a request behind Connection: close', get() + hidden, [200], [['GET /a HTTP/1.1', '']]],
  ['HTTP/1.0', 'GET /a HTTP/1.0\r\n\r\n', [200], [['GET /a HTTP/1.1', '']]],
  [
    'an offer of HTTP/2 in clear text',
    head(
      'GET /a HTTP/1.1',
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
    ),
    [200],
    [['GET /a HTTP/1.1', '']],
  ],
  ['Upgrade without Connection', get('Upgrade: websocket'), [200], [['GET /a HTTP/1.1', '']]],
  [
    'Expect: 100-continue',
    `${post('Expect: 100-continue', 'Content-Length: 3')}abc`,
    [100, 200],
    [['POST /a HTTP/1.1', 'abc']],
  ],
  ['empty lines before the request', `\r\n\r\n${get()}`, [200], [['GET /a HTTP/1.1', '']]],
  [
    'two pipelined requests',
    `${post('Connection: keep-alive', 'Content-Length: 3')}abc${head('GET /b HTTP/1.1')}`,
    [200, 200],
    [
      ['POST /a HTTP/1.1', 'abc'],
      ['GET /b HTTP/1.1', ''],
    ],
  ],
  [
    'an upgrade behind a request that waits for its answer',
    `${get('Connection: keep-alive')}${head('GET /b HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket')}`,
    [200, 200],
    [
      ['GET /a HTTP/1.1', ''],
      ['GET /b HTTP/1.1', ''],
    ],
  ],
  [
    'a request line of another protocol, which leaves as HTTP',
    head('GET /a RTSP/1.0'),
    [200],
    [['GET /a HTTP/1.1', '']],
  ],
];
