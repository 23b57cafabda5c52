/** Makes hostile bytes of bytes: what a random tool does to a request, and what a clever one does. */

/** A source of whole numbers from 0 up to below `bound`, the same for the same seed (mulberry32). */
export type Dice = (bound: number) => number;

export const diceOf = (seed: number): Dice => {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
};

const tokens = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\n\n',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '"',
    '%2f',
    '%00',
    '//',
    '/../',
    '\x80',
  ],
  ...['Content-Length: 5\r\n', 'Content-Length: 0\r\n', 'content-length : 3\r\n', 'Content_Length: 9\r\n'],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding:\tchunked\r\n',
    'Transfer-Encoding: x\r\n chunked\r\n',
  ],
  ...['Expect: 100-continue\r\n', 'Upgrade: websocket\r\nConnection: upgrade\r\n', 'Connection: x-roles\r\n'],
  ...[
    'X-Roles: admin\r\n',
    'X_Project_Id: p\r\n',
    'Host: b\r\n',
    'HTTP/1.0',
    'HTTP/2.0',
    '0\r\n\r\n',
    '5;a=b\r\n',
  ],
  // Names that are no tokens, or nearly those that claim an identity.
  ...[
    'X\xe9: a\r\n',
    'X(a): b\r\n',
    '\x0bX-Roles: admin\r\n',
    'X-R\xc3\xb6les: admin\r\n',
    'X.Roles: admin\r\n',
    '__proto__: a\r\n',
  ],
  ...[
    '5;e="\r\nhello\r\n',
    '5 ;e\r\nhello\r\n',
    '0;e=1\r\nX-Roles: admin\r\n\r\n',
    'Trailer: X-Roles\r\nTE: trailers\r\n',
  ],
  ...[
    'Connection: keep-alive\r\n',
    'Expect: 100-continue\r\nContent-Length: 5\r\n',
    'Upgrade: h2c\r\nConnection: Upgrade\r\n',
  ],
  ...[
    'Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 5\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ],
  ...[
    'GET http://other.example/hidden HTTP/1.1\r\n',
    'POST /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n',
    `?${'a=b&'.repeat(500)}`,
    '/x'.repeat(400),
  ],
  ...['5\r\nhello\r\n', 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n', 'ffffffffffffffff\r\n', '-1\r\n'],
];

/** One to four changes of one request, or two requests grown together. */
export const mutate = (dice: Dice, corpus: readonly string[]): string => {
  const pick = (): string => corpus[dice(corpus.length)] ?? '';
  let text = pick();
  for (let changes = 1 + dice(4); changes > 0; changes--) {
    const at = dice(text.length + 1);
    const end = Math.min(text.length, at + 1 + dice(12));
    switch (dice(7)) {
      case 0:
        text = text.slice(0, at) + String.fromCharCode(dice(256)) + text.slice(at + 1);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(end);
        break;
      case 2:
        text = text.slice(0, end) + text.slice(at, end) + text.slice(end);
        break;
      case 3:
        text += pick();
        break;
      case 4: {
        const other = pick();
        text = text.slice(0, at) + other.slice(dice(other.length + 1));
        break;
      }
      default:
        text = text.slice(0, at) + (tokens[dice(tokens.length)] ?? '') + text.slice(at);
    }
  }
  return text.slice(0, 60_000);
};
