/** Slips in policy folders and cases, as people make them. */
import type { ErrorSection } from './error-sections.ts';

const route =
  'routes:\n  - id: images\n    match: { path: /images, methods: [GET] }\n    stages: [{ use: authenticate }, { use: rate-limit }]';
const limit = (text: string) => `limits: [{ name: l, key: project, points: 5, per: minute, ${text} }]`;
const other = (text: string) => `  - { ${text}, stages: [{ use: authenticate }] }`;
const withStages = (stages: string) =>
  `version: 1\nroutes: [{ id: images, match: { path: /images }, stages: [${stages}] }]`;
/** The schema of a call, which is compiled. */
export const judgedSchema = 'schemas/image-metadata-merge.json';
const small = `version: 1\n${route}`;

export const policySections: readonly ErrorSection[] = [
  {
    title: 'YAML',
    file: 'policy.yaml',
    rows: [
      ['# nothing yet', 'Write a policy, or remove the file.'],
      ['version: 1\n  routes: []', 'Begin both lines in the same column.'],
      ['version: 1\nroutes:\n\t- id: a', 'Indent with spaces.'],
      ['version: 1\nroutes: [\nlimits: []', 'Close the bracket; indent what stands inside it.'],
      ['version: 1\nroutes: [{ id: a, id: b }]', 'Remove one of the two.'],
      ['version: 1\nroutes: "\\q"', 'Take single quotes.'],
      ['version: 1\nroutes: [a b: "c]', 'Add the closing quote or bracket.'],
      ['version: 1\nroutes: @here', 'Put it in quotes.'],
      ['version: 1\nroutes: *all', 'Write out what the alias stands for.'],
      ['version: 1\nlimits: []\n<<: { routes: [] }', 'Write out what would be merged.'],
      ['version: 1\n1: []', 'Write "1":.'],
      ['version: 1\n__proto__: []', 'Take another name.'],
      ['version: 1\nroutes: !!binary a', 'Remove the tag.'],
      ['version: 1\n---\nroutes: []', 'Make two files of it.'],
      ['%YAML 1.1\n---\nversion: 1', 'Remove the first line.'],
      ['%NEW a\n---\nversion: 1', 'Remove the first line.'],
      ['version: 1\nroutes: &a &b []', 'Remove the anchors.'],
      ['version: 1\nroutes: !!seq !!seq []', 'Remove the tags.'],
      ['version: 1\nroutes: !!map []', 'Remove the tag.'],
      ['version: 1\nroutes: }', 'Remove the bracket, or add the one that opens it.'],
      ['version: 1\nfirst\nroutes: []', 'Write a colon behind the name.'],
      [`version: 1\n${'a'.repeat(1025)}: []`, 'Close the quote or break the line where the name ends.'],
    ],
  },
  {
    title: 'Policies: names, types and values',
    file: 'policy.yaml',
    before: small,
    rows: [
      ['routs: []', 'Take the name that is offered.'],
      ['limits: [{ name: l, key: projct, points: 5, per: hour }]', 'Take one of the words that are listed.'],
      ['limits: [{ name: L, key: project, points: 5, per: hour }]', 'Write it in lower case.'],
      ['limits: [{ name: l, key: project, points: 0, per: hour }]', 'Take a number from the range.'],
      ['limits: [{ name: l, key: project, per: hour }]', 'Add what is missing.'],
      [limit('methods: [GET, GET]'), 'Remove one of the two.'],
      [other('id: b, match: { path: images }'), 'Begin the path with a slash.'],
      [other('id: b, match: { path: /b, operations: [image-update] }'), 'Keep one of the two.'],
      [other('id: b, match: {}'), 'Say what the route is for.'],
      [other('id: b, match: { operations: [] }'), 'Name at least one.'],
    ],
  },
  {
    title: 'Policies: parts that do not fit together',
    file: 'policy.yaml',
    before: small,
    rows: [
      [other('id: images, match: { path: /b }'), 'Give it another id.'],
      [other('id: default, match: { path: /b }'), 'Give it another id.'],
      [other('id: b, match: { path: /images }'), 'Make one route of them, or other methods.'],
      [
        `${other('id: b, match: { operations: [image-update] }')}\n${other('id: c, match: { operations: [image-update] }')}`,
        'Name the call in one of them.',
      ],
      [other('id: b, match: { operations: [image-updat] }'), 'Take the name that is offered.'],
      [
        other('id: b, upstream: computer, match: { path: /b }'),
        'Take a name from upstreams in gateway.yaml.',
      ],
      [limit('routes: [image]'), 'Take the id of a route.'],
      [
        'limits: [{ name: l, key: user, points: 5, per: hour }, { name: l, key: user, points: 9, per: day }]',
        'Give it another name.',
      ],
      ['limits: [{ name: l, key: user, points: 5, per: day, every: 30 }]', 'Take a shorter window.'],
      [limit('groups: [{ name: g, points: 9 }]'), 'Say who is in it.'],
      [
        limit('groups: [{ name: g, roles: [a], points: 9 }, { name: g, roles: [b], points: 9 }]'),
        'Give it another name, or make one of them.',
      ],
      [
        limit('groups: [{ name: g, projects: [p], points: 9 }, { name: h, projects: [p], points: 9 }]'),
        'Take it out of one group.',
      ],
      [
        limit('costs: { image-create: 9 }'),
        'Let it cost at most what the smallest window, a burst or a group among them, has.',
      ],
      [
        'exempt: [{ projects: [p], stages: [rate-limit], reason: r, owner: ann, expires: 2030-02-01 }]',
        'Say why, so that others understand it.',
      ],
      [
        `exempt: [{ projects: [p], stages: [rate-limit], reason: ${'a'.repeat(501)}, owner: ann, expires: 2030-02-01 }]`,
        'Say it in fewer words, and where the rest stands.',
      ],
      [
        'exempt: [{ projects: [p], stages: [rate-limit], reason: moving, owner: ann, expires: 2030-02-30 }]',
        'Take a day of the calendar.',
      ],
    ],
  },
  {
    title: 'Policies: stages',
    file: 'policy.yaml',
    rows: [
      [withStages('{ use: authenticat }'), 'Take the name that is offered; images-gateway stages lists all.'],
      [withStages('{ use: authenticate, mode: flga }'), 'Take one of the words that are listed.'],
      [
        withStages('{ use: authenticate }, { use: authorize, with: { roels: [member] } }'),
        'Take the name that is offered.',
      ],
      [withStages('{ use: authorize, with: { roles: [member] } }'), 'Put authenticate in front of it.'],
    ],
  },
  {
    title: 'Schemas of metadata',
    file: 'schemas/s.json',
    rows: [
      ['[]', 'Write an object.'],
      ['{"a": 1, "a": 2}', 'Remove one of the two.'],
      ['{"a": 1} x', 'Remove what follows.'],
      ['{"a": 1', 'Close the bracket.'],
      ['{"a" 1}', 'Add the colon.'],
      ['{a: 1}', 'Put the name in double quotes.'],
      ['{"a": [1 2]}', 'Add the comma.'],
      ['{"a": 1 "b": 2}', 'Add the comma.'],
      ['{"a": "b}', 'Close the quote.'],
      ['{"a": }', 'Write a value.'],
      ['{"__proto__": 1}', 'Take another name.'],
    ],
  },
  {
    title: 'Schemas of metadata: keywords',
    file: judgedSchema,
    rows: [
      ['{"type": "strng"}', 'Take one of the words that are listed.'],
      ['{"propertees": {}}', 'Take the name of a keyword.'],
      ['{"type": "string", "format": "hexagon"}', 'Take a format of JSON Schema, or write a pattern.'],
      ['{"pattern": "^a"}', 'Say the type beside it: "type": "string".'],
      ['{"type": "string", "pattern": "("}', 'Close the bracket.'],
      ['{"type": "string", "pattern": "^(a+)+$"}', 'Write "^a+$".'],
      ['{"type": "string", "pattern": "(?i:a)"}', 'Write "[aA]".'],
      ['{"$ref": "nowhere.json"}', 'Name a file of the folder schemas.'],
      ['{"$schema": "http://json-schema.org/draft-07/schema#"}', 'Write the address that is offered.'],
    ],
  },
  {
    title: 'Cases',
    file: 'images.cases.yaml',
    before: 'version: 1\ncases:\n  - { name: read, request: { path: /images }, expect: { verdict: pass } }',
    rows: [
      ['  - { name: a, request: { path: /, metod: GET }, expect: {} }', 'Take the name that is offered.'],
      ['  - { name: read, request: { path: / }, expect: {} }', 'Give it another name.'],
      ['  - { name: a, request: { path: /, body: {}, text: a }, expect: {} }', 'Keep one of them.'],
      [
        '  - { name: a, given: { identity: mumber }, request: { path: / }, expect: {} }',
        'Take the name that is offered, or one from identities of the file.',
      ],
      [
        '  - { name: a, given: { time: "2026-02-30T12:00:00Z" }, request: { path: / }, expect: {} }',
        'Take a moment of the calendar.',
      ],
      ['  - { name: a, request: { path: / }, expect: { route: image } }', 'Take the id of a route.'],
      [
        '  - { name: a, request: { path: /images }, expect: { verdict: deny } }',
        'Mend the policy, or what the case expects; images-gateway test shows all differences.',
      ],
      [
        '  - { name: a, request: { path: /images }, expect: { message: "" } }',
        'Write a part of the sentence, or remove it.',
      ],
    ],
  },
];
