import { type ExchangeGroup, json, metadataPath as M, nova } from './exchange.ts';

const body = { metadata: { ov: 'x' } };

export const methodExchanges: ExchangeGroup = {
  title: 'Methods, and ways to override them',
  exchanges: [
    ...['PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'FOO', 'post'].map((method) =>
      nova(`${method} metadata`, method, M, method === 'PATCH' || method === 'post' ? body : undefined),
    ),
    nova('HEAD metadata', 'HEAD', M),
    nova('POST to a key', 'POST', `${M}/k`, { meta: { k: '1' } }),
    nova('PATCH a key', 'PATCH', `${M}/k`, { meta: { k: '1' } }),
    nova('POST to an image', 'POST', '/v2.1/images/{image}', body),
    nova('POST to the images', 'POST', '/v2.1/images', body),
    ...[
      ['GET', 'POST'],
      ['PUT', 'POST'],
      ['POST', 'PUT'],
      ['POST', 'GET'],
      ['PUT', 'post'],
      ['PUT', ''],
      ['PUT', 'GET&_method=POST'],
    ].map(([method = '', other]) => nova(`${method} as ${other}`, method, `${M}?_method=${other}`, body)),
    nova('GET as POST, percent-encoded', 'GET', `${M}?%5Fmethod=POST`, body),
    nova('GET a key as DELETE', 'GET', `${M}/keep?_method=DELETE`),
    nova('POST a key as PUT', 'POST', `${M}/keep?_method=PUT`, { meta: { keep: '2' } }),
    nova('override by header', 'GET', M, body, { headers: [json, ['X-HTTP-Method-Override', 'POST']] }),
    nova('override by form', 'POST', M, '_method=PUT&metadata=x', {
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    }),
  ],
};

const big = (size: number): string => `{"metadata":{"a":"1"}${' '.repeat(size - 22)}}`;
const length = (value: string): readonly [string, string] => ['Content-Length', value];
const small = '{"metadata":{"a":"1"}}';

export const framingExchanges: ExchangeGroup = {
  title: 'Sizes and framing',
  exchanges: [
    nova('114688 bytes', 'POST', M, big(114_688)),
    nova('114689 bytes', 'POST', M, big(114_689)),
    nova('chunked', 'POST', M, '{"metadata":{"chunked":"1"}}', { framing: 'chunked' }),
    nova('length zero before a body', 'POST', M, small, { framing: 'none', headers: [json, length('0')] }),
    nova('length negative', 'POST', M, small, { framing: 'none', headers: [json, length('-1')] }),
    nova('length no number', 'POST', M, small, { framing: 'none', headers: [json, length('abc')] }),
    nova('length twice', 'POST', M, small, { framing: 'none', headers: [json, length('22'), length('5')] }),
    nova('length and chunks', 'POST', M, small, { framing: 'chunked', headers: [json, length('5')] }),
    nova('a path of 60000 bytes', 'GET', `${M}?${'a'.repeat(60_000)}`),
    nova('a header of 60000 bytes', 'GET', M, undefined, { headers: [['X-Long', 'a'.repeat(60_000)]] }),
    nova('expect 100-continue', 'POST', M, small, { headers: [json, ['Expect', '100-continue']] }),
    nova('gzip', 'POST', M, small, { headers: [json, ['Content-Encoding', 'gzip']] }),
    nova('HTTP/1.0', 'GET', M, undefined, { version: 'HTTP/1.0' }),
    nova('HTTP/2.0 in the request line', 'GET', M, undefined, { version: 'HTTP/2.0' }),
    nova('a folded header', 'GET', M, undefined, { headers: [['X-Fold', 'a\r\n b']] }),
    nova('forwarded headers', 'GET', '/v2.1/', undefined, {
      headers: [
        ['X-Forwarded-Host', 'api.example'],
        ['Forwarded', 'proto=https;host=fwd.example'],
      ],
    }),
  ],
};

const token = (name: string, headers: readonly (readonly [string, string])[], method = 'GET') =>
  nova(`${name}, ${method}`, method, M, method === 'POST' ? { metadata: { a: '1' } } : undefined, {
    as: 'nobody',
    headers: [...(method === 'POST' ? [json] : []), ...headers],
  });

export const tokenExchanges: ExchangeGroup = {
  title: 'Tokens',
  exchanges: [
    ...(['GET', 'POST'] as const).flatMap((method) => [
      token('no token', [], method),
      token('a nonsense token', [['X-Auth-Token', 'nonsense']], method),
      token('an empty token', [['X-Auth-Token', '']], method),
    ]),
    nova('no token, unknown path', 'GET', '/v2.1/nosuch', undefined, { as: 'nobody' }),
    nova('no token, wrong method', 'PATCH', M, undefined, { as: 'nobody' }),
    nova('no token, wrong body', 'POST', M, 'nonsense', { as: 'nobody' }),
    nova('no token, version list', 'GET', '/', undefined, { as: 'nobody' }),
    nova('no token, version', 'GET', '/v2.1/', undefined, { as: 'nobody' }),
    nova('no token, version without slash', 'GET', '/v2.1', undefined, { as: 'nobody' }),
    nova('no token, too large', 'POST', M, big(120_000), { as: 'nobody' }),
    token('bearer', [['Authorization', 'Bearer {token}']]),
    token('X-Storage-Token', [['X-Storage-Token', '{token}']]),
    token('X_Auth_Token', [['X_Auth_Token', '{token}']]),
    token('x-auth-token in lower case', [['x-auth-token', '{token}']]),
    token('blanks behind the token', [['X-Auth-Token', '{token}  ']]),
    token('two tokens, the first good', [
      ['X-Auth-Token', '{token}'],
      ['X-Auth-Token', 'nonsense'],
    ]),
    token('a good token and X_Auth_Token', [
      ['X-Auth-Token', '{token}'],
      ['X_Auth_Token', 'nonsense'],
    ]),
    token('a bad service token', [
      ['X-Auth-Token', '{token}'],
      ['X-Service-Token', 'nonsense'],
    ]),
    token('a claimed identity', [
      ['X-Identity-Status', 'Confirmed'],
      ['X-User-Id', 'x'],
      ['X-Project-Id', '{project}'],
      ['X-Roles', 'admin'],
    ]),
    token('another project claimed', [
      ['X-Auth-Token', '{token}'],
      ['X-Project-Id', '{otherProject}'],
    ]),
  ],
};
