import { family, type HostileRow, json, mark, refused, request, soundBody, unmarked } from './hostile-row.ts';

const get = (...headers: string[]): HostileRow['bytes'] => {
  return (aim) => request(aim, `GET ${aim.image}/metadata`, headers);
};
const post = (...headers: string[]): HostileRow['bytes'] => {
  return (aim) => request(aim, `POST ${aim.image}/metadata`, [json, ...headers], soundBody);
};

const identity = [
  'X-Roles',
  'x-roles',
  'X_Roles',
  'X-ROLES',
  'X_ROLES',
  'X-User-Id',
  'X_User_Id',
  'X-Project-Id',
  'X-Project_Id',
  'X-Tenant-Id',
  'X-Role',
  'X-User-Domain-Name',
  'X-Identity-Status',
  'X_Identity_Status',
  'X-Service-Identity-Status',
  'X-Service-Roles',
  'X-Service-Catalog',
  'X-Is-Admin-Project',
  'OpenStack-System-Scope',
  'X-PP-User',
  'X-PP-Groups',
  'X-Map-Roles',
  'X-Impersonator-Id',
  'X-Authorization',
  'X-Subject-Token',
  'Remote-User',
  'REMOTE_USER',
] as const;

const told = ['X-Real-IP', 'True-Client-IP', 'X-Client-IP', 'CF-Connecting-IP', 'X-Forwarded-Host'] as const;
const served = [
  'X-Original-URL',
  'X-Rewrite-URL',
  'Proxy',
  'Proxy-Authorization',
  'Keep-Alive',
  'TE',
] as const;
const overrides = ['X-HTTP-Method-Override', 'X_HTTP_METHOD_OVERRIDE', 'X-HTTP-Method', 'X-Method-Override'];

/** Headers that lie about who asks, from where, for what. */
export const hostileHeaders: readonly HostileRow[] = [
  ...family(
    {
      family: 'Headers that claim an identity',
      expect: 'Taken out on every route, and counted.',
      source: 'keystonemiddleware auth_token/_request.py removes them; WSGI folds "_" and "-" (PEP 3333)',
      through: unmarked,
    },
    identity.map((name) => [name, get(`${name}: ${mark}`)]),
  ),
  ...family(
    {
      family: 'Headers that claim an address, a path or a connection',
      expect: 'Taken out, unless a trusted proxy sent what concerns the client.',
      source: 'RFC 7239 8.1',
      through: unmarked,
    },
    [
      ['Forwarded', get(`Forwarded: for=${mark}`)],
      ['X-Forwarded-For', get(`X-Forwarded-For: ${mark}`)],
      ['X_Forwarded_For', get(`X_Forwarded_For: ${mark}`)],
      ...told.map((name) => [name, get(`${name}: ${mark}`)] as const),
      ...served.map((name) => [name, get(`${name}: ${mark}`), 'RFC 9110 7.6.1; CVE-2016-5385'] as const),
      [
        'a header that Connection names',
        get('Connection: close, X-Mine', `X-Mine: ${mark}`),
        'RFC 9110 7.6.1',
      ],
    ],
  ),
  ...family(
    {
      family: 'Connection',
      expect: 'Refused with 400: the next hop would remove what the gateway sets.',
      source: 'RFC 9110 7.6.1',
      through: refused,
    },
    ['X-Auth-Token', 'X-Roles', 'x_roles', 'Content-Length', 'Host', 'X-Forwarded-For', 'Via'].map((name) => [
      `Connection names ${name}`,
      post(`Connection: close, ${name}`),
    ]),
  ),
  ...family(
    {
      family: 'Method overrides',
      expect: 'Refused with 400.',
      source: 'Nova openstack/wsgi.py reads _method of the query; Rails and others read the headers',
      through: refused,
    },
    [
      ...overrides.map((name) => [name, get(`${name}: DELETE`)] as const),
      ...['_method=DELETE', 'a=b&_method=PUT', '%5fmethod=DELETE', '_%6dethod=DELETE', '_METHOD=DELETE'].map(
        (query) =>
          [
            `?${query}`,
            (aim: { token: string; image: string }) =>
              request(aim, `GET ${aim.image}/metadata/label?${query}`),
          ] as const,
      ),
    ],
  ),
  ...family(
    {
      family: 'Tokens',
      expect: 'Refused: the service behind might read another token than the one that was checked.',
      source: 'WSGI folds "_" and "-" (PEP 3333); readers differ in which of two they take (RFC 9110 5.3)',
      through: refused,
    },
    [
      ['X_Auth_Token', (aim) => request(aim, `GET ${aim.image}`, [`X_Auth_Token: ${aim.token}`])],
      [
        'two different tokens',
        (aim) => request(aim, `GET ${aim.image}`, [`X-Auth-Token: ${aim.token}`, 'X-Auth-Token: b']),
      ],
      [
        'a token in X_Auth_Token beside another',
        (aim) => request(aim, `GET ${aim.image}`, [`X-Auth-Token: ${aim.token}`, 'X_Auth_Token: b']),
      ],
      ['no token', (aim) => request(aim, `GET ${aim.image}`, ['X-Auth-Token:'])],
      [
        'a token of 20,000 characters',
        (aim) => request(aim, `GET ${aim.image}`, [`X-Auth-Token: ${'a'.repeat(20_000)}`]),
      ],
    ],
  ),
  ...family(
    {
      family: 'Sizes of the head',
      expect: 'Refused with 431 and our fault.',
      source: 'RFC 6585 5',
      through: refused,
    },
    [
      ['a header of 40,000 bytes', get(`X-A: ${'a'.repeat(40_000)}`)],
      [
        'a token of 40,000 bytes',
        (aim) => request(aim, `GET ${aim.image}`, [`X-Auth-Token: ${'a'.repeat(40_000)}`]),
      ],
      ['300 headers', get(...Array.from({ length: 300 }, (_, index) => `X-${index}: a`))],
      ['300 headers without values', get(...Array.from({ length: 300 }, () => 'a:'))],
      ['a path of 40,000 bytes', (aim) => request(aim, `GET ${aim.image}/${'a'.repeat(40_000)}`)],
    ],
  ),
];
