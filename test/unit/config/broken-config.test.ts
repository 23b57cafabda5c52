import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configProblems, keystone, smallConfig, theSecret, upstreams } from '../../support/config-file.ts';

const credential = (text: string): string =>
  `version: 1\n${upstreams}identity: { kind: keystone-v3, url: "http://k:5000", credential: { ${text} } }\n`;
const identity = (text: string): string => `version: 1\n${upstreams}identity: { ${text} }\n`;
const more = (text: string): string => `${smallConfig}${text}\n`;
const secretSays = 'must be a secret: write env:NAME or file:PATH, never the secret itself.';

const slips = [
  {
    name: 'nothing but a version',
    text: 'version: 1\n',
    says: ['1:1: "upstreams" is missing.', '1:1: "identity" is missing.'],
  },
  {
    name: 'an unknown section',
    text: more('listne: { port: 1 }'),
    says: ['4:1: "listne" is not known; did you mean "listen"?'],
  },
  {
    name: 'an unknown setting',
    text: more('log: { levle: info }'),
    says: ['4:8: "levle" is not known in "log"; did you mean "level"?'],
  },
  {
    name: 'a text for a boolean',
    text: more('log: { access: "false" }'),
    says: ['4:16: "access" must be true or false, not a text; take the quotes off.'],
  },
  {
    name: 'a text for a number',
    text: more('maxInFlight: "10"'),
    says: ['4:14: "maxInFlight" must be a whole number, not a text; take the quotes off.'],
  },
  {
    name: 'a port too high',
    text: more('listen: { port: 65536 }'),
    says: ['4:17: "port" must be from 0 to 65535.'],
  },
  {
    name: 'a host that is no host',
    text: more('listen: { host: 1.2.3 }'),
    says: ['4:17: "host" must be an address or a host name.'],
  },
  {
    name: 'a host in brackets',
    text: more('listen: { host: "[::1]" }'),
    says: ['4:17: "host" must be written without brackets.'],
  },
  {
    name: 'one port for two listeners',
    text: more('listen: { port: 9901 }'),
    says: ['1:1: Clients are served on this address and port already; choose another port.'],
  },
  {
    name: 'a network with too many bits',
    text: more('trustedProxies: [10.0.0.0/33]'),
    says: ['4:18: This entry of "trustedProxies" must have from 0 to 32 bits behind its slash.'],
  },
  {
    name: 'timeouts the wrong way round',
    text: more('timeouts: { headersMs: 70000 }'),
    says: ['4:24: "headersMs" must not be greater than "requestMs", which includes it.'],
  },
  {
    name: 'no kind of identity',
    text: identity('url: "http://k"'),
    says: ['3:11: "kind" is missing in "identity"; it must be one of keystone-v3, keystone-v2, static.'],
  },
  {
    name: 'an unknown kind of identity',
    text: identity('kind: keystone-v4'),
    says: ['3:19: "kind" must be one of keystone-v3, keystone-v2, static; did you mean "keystone-v3"?'],
  },
  {
    name: 'a kind without what it needs',
    text: identity('kind: keystone-v2, url: "http://k"'),
    says: ['3:11: "credential" is missing in "identity" (kind: keystone-v2).'],
  },
  {
    name: 'a setting of another kind',
    text: identity('kind: static, tokens: file:tokens.yaml, publicUrl: "http://k", url: "http://k"'),
    says: [
      '3:76: "url" is not known in "identity" (kind: static); known are: kind, tokens, publicUrl, cache.',
    ],
  },
  {
    name: 'a version in the address of Keystone',
    text: identity('kind: keystone-v3, url: "http://k:5000/v3/", credential: { kind: caller }'),
    says: ['3:37: "url" must not end in a version; leave it out.'],
  },
  {
    name: 'a credential without its password',
    text: credential('kind: password, username: g, project: p'),
    says: ['3:66: "password" is missing in "credential" (kind: password).'],
  },
  {
    name: 'a password in the file',
    text: credential(`kind: password, username: g, project: p, password: ${theSecret}`),
    says: [`3:119: "password" ${secretSays}`],
  },
  {
    name: 'a password of digits in the file',
    text: credential('kind: application-credential, id: i, secret: 12345'),
    says: [`3:113: "secret" ${secretSays}`],
  },
  {
    name: 'a password without its colon',
    text: credential(`kind: caller, password ${theSecret}`),
    says: ['3:82: This name is not known in "credential" (kind: caller); known are: kind.'],
  },
  {
    name: 'a variable that is not set',
    text: more('admin: { token: env:NOPE }'),
    says: ['4:17: The environment variable NOPE is not set.'],
  },
  {
    name: 'a variable that is empty',
    text: more('admin: { token: env:EMPTY }'),
    says: ['4:17: The environment variable EMPTY is empty.'],
  },
  {
    name: 'a secret file that is not there',
    text: more('admin: { token: file:nope }'),
    says: ['4:17: "nope" cannot be read. The file does not exist, or is a link that leads nowhere.'],
  },
  {
    name: 'a secret file that is empty',
    text: more('admin: { token: file:secrets/empty }'),
    says: ['4:17: The file "secrets/empty" is empty.'],
  },
  {
    name: 'a dollar form',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the slip.
    text: more('admin: { token: "${ADMIN_TOKEN}" }'),
    says: [`4:17: "token" ${secretSays}`],
  },
  {
    name: 'a user in the address of an upstream',
    text: `version: 1\nupstreams: { a: { url: "http://u:${theSecret}@a", api: /v2 } }\n${keystone}`,
    says: ['2:24: "url" must not hold a user or password.'],
  },
  {
    name: 'a path in the address of an upstream',
    text: `version: 1\nupstreams: { a: { url: "http://a/v2", api: /v2 } }\n${keystone}`,
    says: ['2:24: "url" must not have a path; the root of the API is "api".'],
  },
  {
    name: 'a query in the address of an upstream',
    text: `version: 1\nupstreams: { a: { url: "http://a?x", api: /v2 } }\n${keystone}`,
    says: ['2:24: "url" must not have a query or fragment.'],
  },
  {
    name: 'another scheme',
    text: `version: 1\nupstreams: { a: { url: "ftp://a", api: /v2 } }\n${keystone}`,
    says: ['2:24: "url" must be an address such as http://host:port.'],
  },
  {
    name: 'an upstream with a wrong name',
    text: `version: 1\nupstreams: { Nova: { url: "http://a", api: /v2 } }\n${keystone}`,
    says: [
      '2:12: "upstreams" must not be empty.',
      '2:14: "Nova" must be lower-case letters, digits and hyphens, beginning with a letter, at most 63.',
    ],
  },
  {
    name: 'look-ups at an unknown upstream',
    text: more('lookups: { compute: comptue }'),
    says: ['4:21: There is no upstream "comptue"; did you mean "compute"?'],
  },
  {
    name: 'look-ups without a choice',
    text: `version: 1\nupstreams: { a: { url: "http://a" }, b: { url: "http://b" } }\n${keystone}`,
    says: ['1:1: "compute" is missing in "lookups"; it must be one of a, b.'],
  },
  {
    name: 'look-ups at an upstream without the root of its API',
    text: `version: 1\nupstreams: { a: { url: "http://a" } }\n${keystone}`,
    says: ['2:17: "api" is missing in "a": look-ups need the root of its API, such as /v2.'],
  },
  {
    name: 'an unknown store',
    text: more('limits: { store: redsi }'),
    says: [
      '4:18: "store" must be one of memory, redis, redis-sentinel, redis-cluster; did you mean "redis"?',
    ],
  },
  {
    name: 'Redis without an address',
    text: more('limits: { store: redis }'),
    says: ['4:9: "url" is missing in "limits" (store: redis).'],
  },
  {
    name: 'a password in the address of Redis',
    text: more(`limits: { store: redis, url: "redis://:${theSecret}@r" }`),
    says: [
      '4:30: "url" must not hold a password here; write it to "password", or the whole address as env:NAME or file:PATH.',
    ],
  },
  {
    name: 'an address that is not of Redis',
    text: more('limits: { store: redis, url: env:ADMIN_TOKEN }'),
    says: ['4:30: "url" must look like redis://host:6379, rediss://host:6379 or unix:///path.'],
  },
  {
    name: 'tokens in the file itself',
    text: identity(`kind: static, tokens: ${theSecret}, publicUrl: "http://k"`),
    says: ['3:35: "tokens" must be file:PATH, a path relative to this file.'],
  },
  {
    name: 'tokens in a file that is not there',
    text: identity('kind: static, tokens: file:nope.yaml, publicUrl: "http://k"'),
    says: ['nope.yaml:1:1: The file does not exist, or is a link that leads nowhere.'],
  },
  {
    name: 'tokens in a file of another kind',
    text: identity('kind: static, tokens: file:gateway.yaml, publicUrl: "http://k"'),
    says: [
      'gateway.yaml:1:1: "tokens" is missing.',
      'gateway.yaml:2:1: "upstreams" is not known; known are: version, tokens.',
      'gateway.yaml:3:1: "identity" is not known; known are: version, tokens.',
    ],
  },
  {
    name: 'slips in many places',
    text: `version: "1"\nupstreams: []\nidentity: { kind: static }\nadmin: { host: 0.0.0.0, port: -1 }\n`,
    says: [
      '1:10: "version" must be 1; take the quotes off.',
      '2:12: "upstreams" must be a mapping, not a list.',
      '3:11: "tokens" is missing in "identity" (kind: static).',
      '3:11: "publicUrl" is missing in "identity" (kind: static).',
      '4:31: "port" must be from 0 to 65535.',
    ],
  },
];

for (const { name, text, says } of slips) {
  test(`refused with line and column, and no secret is repeated: ${name}`, async (t) => {
    const said = await configProblems(t, text);
    assert.deepEqual(
      said,
      says.map((line) => (/^\d/.test(line) ? `gateway.yaml:${line}` : line)),
    );
    assert.ok(!said.join().includes(theSecret));
  });
}
