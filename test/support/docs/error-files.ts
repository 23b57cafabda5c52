/** Warnings of policies that load, and files that cannot be read or written: each command is really run. */
import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBundle } from '../../../src/policy/bundle.ts';
import { readPolicyFolder } from '../../../src/policy/folder.ts';
import { writeInto } from '../policy-folder.ts';
import type { CommandRow } from './error-commands.ts';

const settings = `version: 1
upstreams: { compute: { url: "http://nova:8774", api: /v2.1 } }
identity: { kind: keystone-v3, url: "http://keystone:5000", credential: { kind: caller } }
policies: { dir: policies }
`;
const validate = ['validate', '--config', 'gateway.yaml'];
const file = 'policies/b.yaml';
const warned = (policy: string, mend: string): CommandRow => ({
  when: `beside it stands \`\`${policy.trim().replaceAll('\n', '↵')}\`\``,
  make: (folder) => writeInto(folder, { 'gateway.yaml': settings, [file]: `version: 1\n${policy}` }),
  words: validate,
  mend,
});
const route = (stages: string) => `routes: [{ id: b, match: { path: /b }, stages: [${stages}] }]\n`;
const limit = 'limits: [{ name: l, key: project, points: 5, per: hour, routes: [b] }]\n';
const long = 'a'.repeat(300);

type BundleText = { revision: string; files: Record<string, string>[]; sha256: string };

/** A bundle whose checksum fits, as only a program would make it. */
const forged = (edit: (bundle: BundleText) => void) => async (folder: string) => {
  const bundle: BundleText = JSON.parse(writeBundle(await readPolicyFolder(join(folder, 'policies'))));
  edit(bundle);
  const files = bundle.files.map((one) => [one['kind'], one['name'], one['text']]);
  bundle.sha256 = createHash('sha256')
    .update(JSON.stringify([bundle.revision, files]))
    .digest('hex');
  await writeFile(join(folder, 'p.bundle'), JSON.stringify(bundle));
};
const foreign = (edit: (bundle: BundleText) => void): CommandRow => ({
  when: 'something else made p.bundle',
  make: forged(edit),
  words: ['bundle', 'verify', 'p.bundle'],
  mend: 'Build it with images-gateway bundle build.',
});

export const fileRows: readonly CommandRow[] = [
  warned(route(''), 'Give it stages, if they were forgotten.'),
  warned('limits: [{ name: l, key: project, points: 5, per: hour }]\n', 'Add rate-limit to a route.'),
  warned(
    `${limit}routes:\n  - { id: b, match: { path: /b }, stages: [{ use: authenticate }] }\n  - { id: c, match: { path: /c }, stages: [{ use: rate-limit }] }\n`,
    'Add rate-limit to the route, or take the route out of the limit.',
  ),
  warned(
    route('{ use: authenticate, mode: flag, until: 2020-01-31 }'),
    'Enforce it, or give it another day.',
  ),
  warned(
    route('{ use: authenticate, mode: flag, until: 2020-01-31, afterwards: enforce }'),
    'Write mode: enforce, since that is what happens.',
  ),
  warned(
    `exempt: [{ projects: [p], stages: [authenticate], reason: moving, owner: ann, expires: 2020-01-31 }]\n`,
    'Remove it.',
  ),
  {
    when: 'policies/more/b.yaml is there',
    make: (folder) => writeInto(folder, { 'gateway.yaml': settings, 'policies/more/b.yaml': 'version: 1\n' }),
    words: validate,
    mend: 'Move it up, or out of the folder.',
  },
  {
    when: 'policies/b.yaml is a link to a name of 300 letters',
    make: (folder) => symlink(long, join(folder, file)),
    words: ['test'],
    mend: 'Make the link anew; the code is that of the system.',
  },
  {
    words: ['test', 'policies/a.yaml'],
    mend: 'Name the folder that the file is in.',
  },
  { words: ['bundle', 'build', 'policies', '/dev/full'], mend: 'Make room, or write elsewhere.' },
  {
    when: 'there is a folder b',
    make: (folder) => mkdir(join(folder, 'b')),
    words: ['bundle', 'build', 'policies', 'b'],
    mend: 'Name a file in it.',
  },
  {
    words: ['bundle', 'build', 'policies', 'policies/a.yaml/b'],
    mend: 'Name a file in a folder.',
  },
  {
    words: ['bundle', 'build', 'policies', long],
    mend: 'Take another name; the code is that of the system.',
  },
  { words: ['test', '--junit', 'no/report.xml'], mend: 'Make the folder.' },
  { words: ['bundle', 'verify', '/dev/zero'], mend: 'Name the bundle.' },
  foreign((bundle) => {
    bundle.revision = '0000000000000000';
  }),
  foreign(({ files: [first] }) => Object.assign(first ?? {}, { name: '../../a.yaml' })),
  foreign(({ files }) => files.push(...files)),
  foreign((bundle) => {
    bundle.files = [];
  }),
];
