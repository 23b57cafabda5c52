import {
  family,
  type HostileRow,
  hiddenRequest,
  json,
  nothingHidden,
  refused,
  request,
  soundBody,
} from './hostile-row.ts';

const chunked = 'Transfer-Encoding: chunked';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const end = '0\r\n\r\n';

const framed = (method: string, headers: readonly string[], body: string): HostileRow['bytes'] => {
  return (aim) => request(aim, `${method} ${aim.image}/metadata`, [json, ...headers], body);
};
/** A path that the policy has no word on: what is sent there goes the way of everything else. */
const elsewhere = (method: string, headers: readonly string[], body: string): HostileRow['bytes'] => {
  return (aim) => request(aim, `${method} /v2/flavors/x`, headers, body);
};
const withBody = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT', 'PATCH'] as const;

/** Requests whose end two readers see in different places, and requests inside requests. */
export const hostileFraming: readonly HostileRow[] = [
  ...family(
    {
      family: 'Framing',
      expect: 'Refused with 400, and the connection is closed.',
      source: 'RFC 9112 6.1, 6.3, 11.2',
      through: refused,
    },
    [
      ['CL.TE', framed('POST', ['Content-Length: 4', chunked], end + hiddenRequest)],
      ['TE.CL', framed('POST', [chunked, 'Content-Length: 4'], chunk(hiddenRequest) + end)],
      ['TE.TE', framed('POST', [chunked, 'Transfer-Encoding: identity'], end + hiddenRequest)],
      [
        'a coding that only contains the word',
        framed('POST', ['Transfer-Encoding: xchunked'], end + hiddenRequest),
      ],
      [
        'a space before the colon',
        framed('POST', ['Content-Length : 40', 'Content-Length: 0'], hiddenRequest),
      ],
      ['two different lengths', framed('POST', ['Content-Length: 0', 'Content-Length: 50'], hiddenRequest)],
      ['the same length twice', framed('POST', ['Content-Length: 26', 'Content-Length: 26'], soundBody)],
      ['a signed length', framed('POST', ['Content-Length: +26'], soundBody)],
      [
        'a folded header',
        framed('POST', ['Transfer-Encoding:\r\n chunked'], end + hiddenRequest),
        'RFC 9112 5.2',
      ],
      ['a bare LF', framed('POST', ['X-A: b\nContent-Length: 26'], soundBody), 'RFC 9112 2.2'],
      ['a bare CR', framed('POST', ['X-A: b\rTransfer-Encoding: chunked'], hiddenRequest), 'RFC 9112 2.2'],
      ['NUL in a header', framed('POST', ['X-A: a\0b'], soundBody), 'RFC 9110 5.5'],
      ['an unknown expectation', framed('POST', ['Expect: 200-ok'], soundBody), 'RFC 9110 10.1.1'],
      [
        'an upgrade of a write',
        framed('POST', ['Connection: Upgrade', 'Upgrade: websocket'], hiddenRequest),
        'RFC 9110 7.8',
      ],
      [
        'an upgrade with a body that does not come',
        elsewhere('GET', ['Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 30'], ''),
        'Node 26 hands out no socket until the body has come',
      ],
      ['TRACE', framed('TRACE', [], ''), 'RFC 9110 9.3.8'],
      ['CONNECT', (aim) => request(aim, 'CONNECT gateway.example:80') + hiddenRequest, 'RFC 9110 9.3.6'],
      ['an unknown method', framed('SMUGGLE', [], soundBody), 'RFC 9110 9.1'],
      ['two hosts', framed('POST', ['Host: other.example'], soundBody), 'RFC 9112 3.2'],
    ],
  ),
  ...family(
    {
      family: 'Requests inside requests',
      expect: 'Passed on as the body it is, or refused; never run as a request of its own.',
      source: 'http-proxy-3 1.23.3 and 2.0.1 write content-length 0 on a chunked DELETE and pipe the body',
      through: nothingHidden,
    },
    [
      ...withBody.map(
        (method) =>
          [`a chunked ${method}`, elsewhere(method, [chunked], chunk(hiddenRequest) + end)] as const,
      ),
      ...withBody.map((method) => [`a sized ${method}`, elsewhere(method, [], hiddenRequest)] as const),
      ['behind a length of zero', framed('POST', ['Content-Length: 0'], hiddenRequest), 'RFC 9112 9.6'],
      ['behind the last chunk', elsewhere('DELETE', [chunked], end + hiddenRequest), 'RFC 9112 9.6'],
      ['Expect: 100-continue', framed('POST', ['Expect: 100-continue'], hiddenRequest), 'RFC 9110 10.1.1'],
      [
        'Expect on a DELETE',
        elsewhere('DELETE', ['Expect: 100-continue', chunked], chunk(hiddenRequest) + end),
        'RFC 9110 10.1.1',
      ],
      [
        'Content_Length beside the real one',
        framed('POST', ['Content_Length: 0'], hiddenRequest),
        'PEP 3333',
      ],
      [
        'Transfer_Encoding beside a length',
        framed('POST', ['Transfer_Encoding: chunked'], end + hiddenRequest),
        'PEP 3333',
      ],
      [
        'trailers that look like headers',
        elsewhere('PUT', [chunked], `${chunk(soundBody)}0\r\nContent-Length: 50\r\n\r\n${hiddenRequest}`),
        'RFC 9110 6.5.1',
      ],
      ['a broken chunk size', framed('POST', [chunked], `zz\r\n${hiddenRequest}`), 'RFC 9112 7.1'],
    ],
  ),
];
