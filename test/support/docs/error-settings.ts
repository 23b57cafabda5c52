/** Slips in `gateway.yaml`, as people make them. */
import type { ErrorSection } from './error-sections.ts';

const upstream = 'upstreams: { compute: { url: "http://nova:8774", api: /v2.1 } }';
const identity = 'identity: { kind: keystone-v3, url: "http://keystone:5000", credential: { kind: caller } }';
const small = `version: 1\n${upstream}\n${identity}`;
const password = (more: string) =>
  `version: 1\n${upstream}\nidentity: { kind: keystone-v3, url: "http://k:5000", credential: { kind: password, password: env:TOKEN, ${more} } }`;
const secure = (tls: string) =>
  `version: 1\nupstreams: { a: { url: "https://nova", api: /v2.1, tls: { ${tls} } } }\n${identity}`;

export const settingsSections: readonly ErrorSection[] = [
  {
    title: 'Settings: names, types and values',
    file: 'gateway.yaml',
    before: small,
    rows: [
      ['log: { levle: info }', 'Take the name that is offered.'],
      ['colour: red', 'Take one of the names that are listed, or remove it.'],
      ['maxInFlight: "10"', 'Remove the quotes.'],
      ['policies: { dir: 5 }', 'Write "5".'],
      ['listen: { port: 80.5 }', 'Write a whole number.'],
      ['listen: { port: 65536 }', 'Take a number from the range.'],
      ['listen: 8080', 'Write { port: 8080 }.'],
      ['listen:', 'Give it a value, or remove the line: defaults stand in the table of settings.'],
      ['log: { level: inof }', 'Take one of the words that are listed.'],
      [
        'limits: { store: redis, url: "redis://r", prefix: "a b" }',
        'Take only the characters that are named.',
      ],
      ['limits: { store: redis }', 'Add what is missing.'],
      ['limits: { url: "redis://r" }', 'Say which kind it is.'],
      ['listen: { host: "[::1]" }', 'Write ::1.'],
    ],
  },
  {
    title: 'Settings: secrets',
    file: 'gateway.yaml',
    before: small,
    rows: [
      ['admin: { token: hunter2 }', 'Keep the secret in the environment or in a file, and name that.'],
      ['admin: { token: env:NOPE }', 'Set the variable where the gateway is started.'],
      ['admin: { token: env:EMPTY }', 'Give the variable a value.'],
      ['admin: { token: file:nope }', 'Write the file; its path is relative to gateway.yaml.'],
      ['admin: { token: file:empty }', 'Write the secret into the file.'],
    ],
  },
  {
    title: 'Settings: parts that do not fit together',
    file: 'gateway.yaml',
    before: small,
    rows: [
      ['listen: { port: 9901 }', 'Take two ports.'],
      ['admin: { host: 0.0.0.0 }', 'Add token: env:NAME, or let it listen on 127.0.0.1.'],
      ['timeouts: { headersMs: 70000 }', 'Lower the one, or raise the other.'],
      [
        'lookups: { servers: service }',
        "Give the gateway a user of its own (identity.credential), or take caller's rights.",
      ],
      ['lookups: { compute: comptue }', 'Take the name of an upstream.'],
      [
        'listen: { tls: { cert: file:cert.pem, key: file:key.pem, sni: [{ names: [a.example, A.example], cert: file:cert.pem, key: file:key.pem }] } }',
        'Name it once.',
      ],
    ],
  },
  {
    title: 'Settings: whole files that do not fit together',
    file: 'gateway.yaml',
    rows: [
      [
        `version: 1\nupstreams: { a: { url: "http://a" }, b: { url: "http://b" } }\n${identity}`,
        'Say which one is asked: lookups: { compute: a }.',
      ],
      [`version: 1\nupstreams: { a: { url: "http://a" } }\n${identity}`, 'Add api: /v2.1.'],
      [password('username: g'), 'Add project: or projectId:.'],
      [password('username: g, userId: u, project: p'), 'Remove one of the two.'],
      [
        `version: 1\n${upstream}\nidentity: { kind: keystone-v3, url: "http://k:5000", credential: { kind: caller }, shared: { key: env:TOKEN } }`,
        'Set limits.store to redis, or remove shared.',
      ],
      [secure('cert: file:empty'), 'Give both, and in PEM.'],
      [secure('key: env:TOKEN'), 'Give both.'],
      [secure('ca: env:TOKEN'), 'Give the certificates of the authority, from BEGIN to END.'],
      [secure('cert: env:TOKEN, key: env:TOKEN'), 'Give the certificate in PEM, its chain behind it.'],
      [
        `version: 1\nupstreams: { a: { url: "http://nova", api: /v2.1, tls: { ca: env:TOKEN } } }\n${identity}`,
        'Write https:// in front of the address, or remove tls.',
      ],
      [
        `version: 1\n${upstream}\nidentity: { kind: static, tokens: file:twice.yaml, publicUrl: "http://k" }`,
        'Remove one of the two entries.',
      ],
      [
        `version: 1\n${upstream}\nidentity: { kind: static, tokens: file:no-day.yaml, publicUrl: "http://k" }`,
        'Take a day of the calendar.',
      ],
    ],
  },
];
