/**
 * How the exchange ends for the client: with a fault of ours, with a cut connection, or well, with the body given.
 * `cut` also covers a fault where the flaw was seen before anything was sent; `loose` allows it where bytes follow
 * a complete answer, which Node's own client sees sometimes before it has given the answer out.
 */
export type End =
  | 502
  | 504
  | 'cut'
  | { readonly status: number; readonly body: string; readonly loose?: true };

export type BrokenRow = readonly [name: string, bytes: string, then: 'stay' | 'end' | 'reset', end: End];

const head = (...headers: string[]): string => ['HTTP/1.1 200 OK', ...headers, '', ''].join('\r\n');
const chunked = 'Transfer-Encoding: chunked';
const hidden = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden';

/** Answers that no sound server gives; what stands behind the status line is sent as it is. */
export const brokenAnswers: readonly BrokenRow[] = [
  ['both framings', `${head('Content-Length: 3', chunked)}3\r\nabc\r\n0\r\n\r\n`, 'stay', 502],
  ['both framings the other way round', `${head(chunked, 'Content-Length: 3')}abc`, 'stay', 502],
  ['two different lengths', `${head('Content-Length: 3', 'Content-Length: 4')}abc`, 'stay', 502],
  ['the same length twice', `${head('Content-Length: 3', 'Content-Length: 3')}abc`, 'stay', 502],
  ['a list of lengths', `${head('Content-Length: 3, 3')}abc`, 'stay', 502],
  ['a signed length', `${head('Content-Length: +3')}abc`, 'stay', 502],
  ['another coding than chunks', `${head('Transfer-Encoding: gzip')}abc`, 'end', 502],
  ['a coding beside chunks', `${head('Transfer-Encoding: gzip, chunked')}3\r\nabc\r\n0\r\n\r\n`, 'stay', 502],
  ['a bad chunk size', `${head(chunked)}zz\r\nabc\r\n0\r\n\r\n`, 'stay', 'cut'],
  ['a chunk longer than its size', `${head(chunked)}2\r\nabc\r\n0\r\n\r\n`, 'stay', 'cut'],
  ['chunks without an end', `${head(chunked)}3\r\nabc\r\n`, 'end', 'cut'],
  ['a body cut by the end', `${head('Content-Length: 10')}abc`, 'end', 'cut'],
  ['a body cut by a reset', `${head('Content-Length: 10')}abc`, 'reset', 'cut'],
  ['a cut body without length and a reset', `${head()}abc`, 'reset', 'cut'],
  ['a head cut by the end', 'HTTP/1.1 200 OK\r\nContent-Le', 'end', 502],
  ['a head cut by a reset', 'HTTP/1.1 200 OK\r\nContent-Le', 'reset', 502],
  ['no answer but the end', '', 'end', 502],
  ['no answer but a reset', '', 'reset', 502],
  ['no answer at all', '', 'stay', 504],
  ['a head that never ends', 'HTTP/1.1 200 OK\r\nX-A: b\r\n', 'stay', 504],
  ['a body that never ends', `${head('Content-Length: 10')}abc`, 'stay', 'cut'],
  ['a huge header section', `${head(`X-A: ${'a'.repeat(100_000)}`)}`, 'stay', 502],
  ['a status line of another protocol', 'ICY 200 OK\r\nContent-Length: 0\r\n\r\n', 'stay', 502],
  ['a page without a head', '<html>hello</html>\r\n\r\n', 'stay', 502],
  [
    'HTTP/2.0 in the status line',
    'HTTP/2.0 200 OK\r\nContent-Length: 3\r\n\r\nabc',
    'stay',
    { status: 200, body: 'abc' },
  ],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n', 'stay', 502],
  ['the status 099', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n', 'stay', 502],
  ['the status 600', 'HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n', 'stay', 502],
  ['the status 999', 'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n', 'stay', 502],
  ['a status that is no number', 'HTTP/1.1 abc X\r\nContent-Length: 0\r\n\r\n', 'stay', 502],
  [
    'a control character in the reason',
    'HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n',
    'stay',
    { status: 200, body: '' },
  ],
  [
    'Latin-1 in the reason',
    'HTTP/1.1 200 \xfc\xff\r\nContent-Length: 0\r\n\r\n',
    'stay',
    { status: 200, body: '' },
  ],
  ['no reason', 'HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc', 'stay', { status: 200, body: 'abc' }],
  ['a control character in a header', `${head('X-A: a\x01b', 'Content-Length: 0')}`, 'stay', 502],
  ['a NUL in a header', `${head('X-A: a\0b', 'Content-Length: 0')}`, 'stay', 502],
  ['a folded header', `${head('X-A: a\r\n b', 'Content-Length: 0')}`, 'stay', 502],
  ['a space before the colon', `${head('Content-Length : 3')}abc`, 'stay', 502],
  ['bare LFs', 'HTTP/1.1 200 OK\nContent-Length: 3\n\nabc', 'stay', 502],
  [
    'an upgrade that nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nbytes',
    'stay',
    502,
  ],
  [
    'interim answers before the real one',
    `HTTP/1.1 102 Processing\r\nX-I: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${head('Content-Length: 3')}abc`,
    'stay',
    { status: 200, body: 'abc' },
  ],
  [
    'a 204 with a length and a body',
    `HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc`,
    'stay',
    { status: 204, body: '', loose: true },
  ],
  [
    'a 204 with chunks',
    `HTTP/1.1 204 No Content\r\n${chunked}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    'stay',
    { status: 204, body: '', loose: true },
  ],
  [
    'a 304 with a body',
    `HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc`,
    'stay',
    { status: 304, body: '', loose: true },
  ],
  [
    'an answer behind the answer',
    `${head('Content-Length: 3')}abc${hidden}`,
    'stay',
    { status: 200, body: 'abc', loose: true },
  ],
  [
    'an answer behind a 204',
    `HTTP/1.1 204 No Content\r\n\r\n${hidden}`,
    'stay',
    { status: 204, body: '', loose: true },
  ],
  [
    'rubbish behind the answer',
    `${head('Content-Length: 3')}abcdefg`,
    'stay',
    { status: 200, body: 'abc', loose: true },
  ],
  [
    'rubbish behind the chunks',
    `${head(chunked)}3\r\nabc\r\n0\r\n\r\ndefg`,
    'stay',
    { status: 200, body: 'abc', loose: true },
  ],
  ['a body that the end delimits', `${head('Content-Type: a/b')}abc`, 'end', { status: 200, body: 'abc' }],
  [
    'trailers',
    `${head(chunked, 'Trailer: X-T')}3\r\nabc\r\n0\r\nX-T: t\r\n\r\n`,
    'stay',
    { status: 200, body: 'abc' },
  ],
];
