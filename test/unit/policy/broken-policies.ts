import { validPolicy } from '../../support/policy-folder.ts';

/** A policy folder with slips in it, and every problem that the loader must tell, in order. */
export interface BrokenPolicy {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const schema = { 'schemas/set.json': '{"type": "object"}' };

/** The valid policy with one text replaced by another. */
const edited = (name: string, from: string, to: string, ...says: string[]): BrokenPolicy => {
  if (!validPolicy.includes(from)) throw new Error(`The valid policy has no "${from}".`);
  return { name, files: { 'a.yaml': validPolicy.replace(from, to), ...schema }, says };
};

const route = (id: string, match: string): string =>
  `  - { id: ${id}, match: { ${match} }, stages: [{ use: authenticate }] }\n`;

const routes = (...lines: string[]): Record<string, string> => ({
  'a.yaml': `version: 1\nroutes:\n${lines.join('')}`,
});

export const brokenPolicies: readonly BrokenPolicy[] = [
  edited(
    'an unknown stage',
    'use: authorize',
    'use: authorise',
    'a.yaml:21:14: There is no stage "authorise"; did you mean "authorize"?',
  ),
  edited(
    'a stage far from any',
    'use: authorize',
    'use: kitchen',
    'a.yaml:21:14: There is no stage "kitchen"; known are: authenticate, authorize, metadata-schema.',
  ),
  edited(
    'an unknown mode',
    'mode: flag\n        with',
    'mode: flga\n        with',
    'a.yaml:22:15: "mode" must be one of enforce, flag, off; did you mean "flag"?',
  ),
  edited(
    'an unknown option',
    'with: { roles: [member] }',
    'with: { role: [member] }',
    'a.yaml:23:17: "role" is not known in "with"; did you mean "roles"?',
  ),
  edited(
    'a missing option',
    '        with: { roles: [member] }\n',
    '',
    'a.yaml:21:9: "roles" is missing in "with".',
  ),
  edited(
    'a wrong option',
    'roles: [member]',
    'roles: [member], compat: Repose',
    'a.yaml:23:42: "compat" must be one of openstack, repose; did you mean "repose"?',
  ),
  edited('an empty option', 'roles: [member]', 'roles: []', 'a.yaml:23:24: "roles" must not be empty.'),
  edited(
    'a schema file that is not there',
    'schemas/set.json',
    'schemas/sett.json',
    'a.yaml:25:50: There is no schema file "schemas/sett.json"; did you mean "schemas/set.json"?',
  ),
  edited(
    'an unknown operation',
    'image-metadata-merge,',
    'image-metadata-merg,',
    'a.yaml:17:27: There is no operation "image-metadata-merg"; did you mean "image-metadata-merge"?',
  ),
  edited(
    'an unknown upstream',
    'upstream: compute\n    upgrade',
    'upstream: comptue\n    upgrade',
    'a.yaml:28:15: There is no upstream "comptue"; did you mean "compute"?',
  ),
  edited(
    'a method in lower case',
    '[GET, HEAD]',
    '[get, HEAD]',
    'a.yaml:27:50: This entry of "methods" must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; did you mean "GET"?',
  ),
  edited(
    'a limit on a route that is not there',
    'routes: [metadata-write]',
    'routes: [metadata-writes]',
    'a.yaml:4:100: There is no route "metadata-writes"; did you mean "metadata-write"?',
  ),
  edited(
    'a text for a boolean',
    'upgrade: false',
    'upgrade: "false"',
    'a.yaml:29:14: "upgrade" must be true or false, not a text; take the quotes off.',
  ),
  edited(
    'a name given twice',
    'upgrade: false',
    'upgrade: false\n    upgrade: true',
    'a.yaml:30:5: "upgrade" is given twice in this mapping.',
  ),
  edited(
    'a list without a value',
    'stages: [{ use: authenticate }]\ndefault',
    'stages:\ndefault',
    'a.yaml:30:12: "stages" has no value; it must be a list.',
  ),
  edited('a wrong version', 'version: 1', 'version: 2', 'a.yaml:2:10: "version" must be 1.'),
  edited(
    'a window of a year',
    'per: second\n    every: 10',
    'per: day\n    every: 365',
    'a.yaml:9:12: The window is longer than 24 days.',
  ),
  edited(
    'a group that nobody is in',
    'roles: [admin], ',
    '',
    'a.yaml:14:9: The group "staff" needs "roles" or "projects": nobody is in it.',
  ),
  edited(
    'a cost of no operation',
    'image-metadata-replace: 5',
    'image-metadata-replaced: 5',
    'a.yaml:12:14: There is no operation "image-metadata-replaced"; did you mean "image-metadata-replace"?',
  ),
  edited(
    'a cost above a whole window',
    'image-metadata-replace: 5',
    'image-metadata-replace: 50000',
    'a.yaml:12:38: A request that costs 50000 could never pass a window of 200; let it cost less, or the window hold more.',
  ),
  edited(
    'the name of a burst',
    'name: project-writes',
    'name: everyone-burst',
    'a.yaml:5:11: The limit name "everyone-burst" is used already at a.yaml:4.',
  ),
  edited(
    'an upper-case id',
    'id: image-read',
    'id: Image',
    'a.yaml:26:9: "id" must be lower-case letters, digits and hyphens, beginning with a letter, at most 63.',
  ),
  edited(
    'the id of the default section',
    'id: image-read',
    'id: default',
    'a.yaml:26:9: The id "default" means the section "default"; choose another.',
  ),
  edited(
    'no match',
    '    match: { path: "/images/:imageId", methods: [GET, HEAD] }\n',
    '',
    'a.yaml:26:5: "match" is missing in this entry of "routes".',
  ),
  edited(
    'both kinds of match',
    'match: { path:',
    'match: { operations: [image-metadata-merge], path:',
    'a.yaml:27:12: "match" can have only one of "operations" or "path".',
  ),
  {
    name: 'slips in several places and files, all told at once',
    files: {
      'a.yaml':
        'version: 1\nroutes:\n  - id: x\n    match: { path: images }\n    stages: [{ use: authenticat }]\n',
      'b.yml': 'version: 1\nrouts: []\nlimits: [{ name: l, key: projct, points: 0, per: hour }]\n',
      'c.yaml': 'version: 1\n  routes: []\n',
      'schemas/deep/x.json': '{"a": 1, "a": 2}',
      'schemas/y.json': '[]',
    },
    says: [
      'a.yaml:4:20: The path "images" must begin with "/".',
      'a.yaml:5:21: There is no stage "authenticat"; did you mean "authenticate"?',
      'b.yml:2:1: "routs" is not known; did you mean "routes"?',
      'b.yml:3:26: "key" must be one of project, user, address, global; did you mean "project"?',
      'b.yml:3:42: "points" must be from 1 to 1000000000.',
      'c.yaml:1:10: A mapping cannot begin here; is the next line indented too far, or are quotes missing?',
      'schemas/deep/x.json:1:10: The name "a" is given twice in this object.',
      'schemas/y.json:1:1: A JSON Schema must be an object here.',
    ],
  },
  {
    name: 'a stage inside a route that is wrong elsewhere',
    files: {
      'a.yaml': 'version: 1\nroutes:\n  - id: x\n    stages: [{ use: authorize, with: { rols: [a] } }]\n',
    },
    says: [
      'a.yaml:3:5: "match" is missing in this entry of "routes".',
      'a.yaml:4:40: "rols" is not known in "with"; did you mean "roles"?',
    ],
  },
  {
    name: 'the same id in two files',
    files: {
      'a.yaml': `version: 1\nroutes:\n${route('x', 'path: /a')}`,
      'b.yaml': `version: 1\nroutes:\n${route('x', 'path: /b')}`,
    },
    says: ['b.yaml:3:11: The route id "x" is used already at a.yaml:3.'],
  },
  {
    name: 'one operation in two routes',
    files: routes(
      route('x', 'operations: [image-metadata-merge]'),
      route('y', 'operations: [image-metadata-merge]'),
    ),
    says: ['a.yaml:4:36: The operation "image-metadata-merge" has a route already: "x" at a.yaml:3.'],
  },
  {
    name: 'one path in two routes, under other names and with a method in common',
    files: routes(
      route('x', 'path: "/a/:b", methods: [GET, PUT]'),
      route('y', 'path: "/a/:c", methods: [PUT]'),
    ),
    says: ['a.yaml:4:29: Route "x" at a.yaml:3 matches the same path and method.'],
  },
  {
    name: 'one path for all methods and for one',
    files: routes(route('x', 'path: /a'), route('y', 'path: /a, methods: [PUT]')),
    says: ['a.yaml:4:29: Route "x" at a.yaml:3 matches the same path and method.'],
  },
  {
    name: 'two default sections',
    files: {
      'a.yaml': 'version: 1\ndefault:\n  stages: [{ use: authenticate }]\n',
      'b.yaml': 'version: 1\ndefault:\n  stages: [{ use: authenticate }]\n',
    },
    says: ['b.yaml:2:1: Only one file of a folder can have a section "default", and a.yaml:3 has one.'],
  },
  {
    name: 'a limit on a default section that is wrong itself',
    files: {
      'a.yaml':
        'version: 1\nlimits:\n  - { name: l, key: user, points: 1, per: hour, routes: [default] }\ndefault: { upgrade: 1 }\n',
    },
    says: ['a.yaml:4:21: "upgrade" must be true or false, not a number.'],
  },
  { name: 'an empty file', files: { 'a.yaml': '# nothing\n' }, says: ['a.yaml:1:1: The file is empty.'] },
  {
    name: 'no policy file',
    files: { 'x.cases.yaml': 'cases: []\n', 'README.md': '' },
    says: [':1:1: There is no policy file (*.yaml) in this folder.'],
  },
];
