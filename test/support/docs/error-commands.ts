/** Slips in commands, and files that cannot be read: each command is really run, in a folder made for it. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../../../src/cli/program.ts';
import { writeBundle } from '../../../src/policy/bundle.ts';
import { readPolicyFolder } from '../../../src/policy/folder.ts';
import { writeInto } from '../policy-folder.ts';

export interface CommandRow {
  /** What is so before the command is called, in words; nothing besides a good policy when left out. */
  readonly when?: string;
  readonly make?: (folder: string) => Promise<unknown>;
  readonly words: readonly string[];
  readonly mend: string;
}

const route = 'routes: [{ id: images, match: { path: /images }, stages: [{ use: authenticate }] }]';
const policy = `version: 1\n${route}\n`;
const file = (name: string, text: string) => (folder: string) => writeInto(folder, { [name]: text });
const decision = (more: object) =>
  JSON.stringify({
    version: 1,
    id: '9a1c',
    time: '2026-11-23T14:30:00Z',
    method: 'GET',
    path: '/a',
    route: '',
    request: 'r',
    verdicts: [],
    flags: [],
    ...more,
  });
const decisions = (more: object) => file('d.jsonl', `${decision(more)}\n`);
const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`policies/${index}.yaml`, '']));
const key = () => generateKeyPairSync('ed25519');
const pem = { type: 'spki', format: 'pem' } as const;
const bundle = (signed: boolean) => async (folder: string) => {
  const content = await readPolicyFolder(join(folder, 'policies'));
  const own = signed ? key().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() : undefined;
  await writeFile(join(folder, 'p.bundle'), writeBundle(content, own));
  await writeFile(join(folder, 'key.pem'), key().publicKey.export(pem));
};
const replay = ['replay', 'd.jsonl', '--policies', 'policies'];
const explained = ['explain', '--decision', '9a1c', '--decisions', 'd.jsonl'];
const verify = ['bundle', 'verify', 'p.bundle', '--public-key', 'key.pem'];

export const commandRows: readonly CommandRow[] = [
  { words: ['explain'], mend: 'Name the request in one of the four ways.' },
  { words: ['explain', '--path', '/a', '-H', 'Accept'], mend: 'Write the colon.' },
  { words: ['explain', '--case', 'nope'], mend: 'Take words of a name in *.cases.yaml.' },
  { words: ['explain', '--decision', '9a1c'], mend: 'Add the file that holds it.' },
  { words: explained, mend: 'Name a decision file, or an answer of GET /decisions.' },
  {
    when: 'd.jsonl holds other decisions',
    make: decisions({ id: '1' }),
    words: explained,
    mend: 'Look for it in the file of the time before, or of another instance.',
  },
  {
    when: 'its body was too large to keep',
    make: decisions({ mediaType: 'application/json' }),
    words: explained,
    mend: 'Explain a request of your own that is like it.',
  },
  {
    words: ['explain', '--token-stdin', '--case', 'a'],
    mend: 'Leave --token-stdin out, or say --path.',
  },
  { words: ['test', 'policies'], mend: 'Write cases; docs/tutorial.md shows how.' },
  { words: ['test', '--yes'], mend: 'Add --update, or leave --yes out.' },
  {
    when: 'd.jsonl is a log of something else',
    make: file('d.jsonl', 'GET /\n'),
    words: replay,
    mend: 'Name the file of log.decisionFile.',
  },
  {
    when: 'd.jsonl has other JSON',
    make: file('d.jsonl', '{}\n'),
    words: replay,
    mend: 'Name the file of log.decisionFile.',
  },
  {
    when: 'a line has no text as path',
    make: decisions({ path: 5 }),
    words: replay,
    mend: 'Take the line out.',
  },
  {
    when: 'a line has no list of flags',
    make: decisions({ flags: 5 }),
    words: replay,
    mend: 'Take the line out.',
  },
  {
    when: 'four lines of d.jsonl are torn, by a disk that was full',
    make: file('d.jsonl', '{"version":1\n'.repeat(4)),
    words: replay,
    mend: 'Look at the report of the others, which follows; take these lines out.',
  },
  {
    when: 'd.jsonl is empty',
    make: file('d.jsonl', ''),
    words: replay,
    mend: 'Name the file of log.decisionFile, once the gateway has judged something.',
  },
  {
    when: 'd.jsonl is no text',
    make: (folder) => writeFile(join(folder, 'd.jsonl'), Buffer.alloc(64 * 1024 * 1024 + 1)),
    words: replay,
    mend: 'Name the file of log.decisionFile.',
  },
  {
    words: ['replay', 'policies', '--policies', 'policies'],
    mend: 'Name the file of log.decisionFile.',
  },
  { words: ['rollout', 'stage', 'next'], mend: 'Say who gets the candidate.' },
  {
    words: ['rollout', 'show', '--admin', 'http://127.0.0.1:1'],
    mend: 'Start it, or name its admin listener: --admin URL, or --config FILE.',
  },
  { words: ['tokens', 'revoke'], mend: 'Say which tokens.' },
  { words: ['completion', 'tcsh'], mend: 'Take one of the three.' },
  {
    when: 'the folder is empty',
    make: (folder) => mkdir(join(folder, 'new')),
    words: ['test', 'new'],
    mend: 'Name the right folder, or write a policy.',
  },
  {
    when: 'policies/b.yaml is a folder',
    make: (folder) => mkdir(join(folder, 'policies/b.yaml')),
    words: ['test'],
    mend: 'Rename the folder.',
  },
  {
    when: 'policies/b.yaml is a link to a device',
    make: (folder) => symlink('/dev/null', join(folder, 'policies/b.yaml')),
    words: ['test'],
    mend: 'Put a file there.',
  },
  {
    when: 'policies/b.yaml is a link to itself',
    make: (folder) => symlink('b.yaml', join(folder, 'policies/b.yaml')),
    words: ['test'],
    mend: 'Make the link anew.',
  },
  {
    when: 'policies/b.yaml is in Latin-1',
    make: (folder) => writeFile(join(folder, 'policies/b.yaml'), Buffer.from('# caf\xe9\n', 'latin1')),
    words: ['test'],
    mend: 'Save it as UTF-8.',
  },
  {
    when: 'policies/b.yaml has more than a MiB',
    make: file('policies/b.yaml', '#'.repeat(1024 * 1024 + 1)),
    words: ['test'],
    mend: 'Make several files of it, if it really is a policy.',
  },
  {
    when: 'policies has 1001 files',
    make: (folder) => writeInto(folder, many),
    words: ['test'],
    mend: 'Name the right folder.',
  },
  {
    when: 'policies/schemas/1/2/3/4/5/6/7/8/9 is there',
    make: (folder) => mkdir(join(folder, 'policies/schemas/1/2/3/4/5/6/7/8/9'), { recursive: true }),
    words: ['test'],
    mend: 'Put schemas into fewer folders; remove a link that leads back.',
  },
  {
    when: 'a value stands in 65 brackets',
    make: file('policies/b.yaml', `version: ${'['.repeat(65)}${']'.repeat(65)}\n`),
    words: ['test'],
    mend: 'Write it flatter.',
  },
  {
    when: 'a.yaml and b.yaml have a "default"',
    make: (folder) =>
      writeInto(
        folder,
        Object.fromEntries(
          ['a', 'b'].map((name) => [
            `policies/${name}.yaml`,
            `version: 1\ndefault: { stages: [{ use: authenticate }] }\n`,
          ]),
        ),
      ),
    words: ['test'],
    mend: 'Keep one of them.',
  },
  { words: ['bundle', 'build', 'policies', 'no/b'], mend: 'Make the folder.' },
  {
    words: ['bundle', 'build', 'policies', 'b', '--key', 'policies/a.yaml'],
    mend: 'Name the key; the public one is for bundle verify.',
  },
  {
    when: 'p.bundle was built without --key',
    make: bundle(false),
    words: verify,
    mend: 'Have it built with --key, or leave --public-key out.',
  },
  {
    when: 'p.bundle was signed with another key',
    make: bundle(true),
    words: verify,
    mend: 'Ask whoever built it; do not use it before you know.',
  },
];

/** What the command prints on standard error; run in this process, as docs have many of them. */
export const printedBy = async ({ make, words }: CommandRow): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'images-gateway-'));
  const before = process.cwd();
  const { write } = process.stderr;
  const { write: writeOut } = process.stdout;
  let said = '';
  try {
    await writeInto(folder, { 'policies/a.yaml': policy });
    await make?.(folder);
    process.chdir(folder);
    process.stderr.write = (text: string | Uint8Array) => {
      said += text;
      return true;
    };
    process.stdout.write = () => true;
    await program.parseAsync(words, { from: 'user' });
  } finally {
    process.stderr.write = write;
    process.stdout.write = writeOut;
    process.exitCode = undefined;
    process.chdir(before);
    await rm(folder, { recursive: true });
  }
  if (said === '') throw new Error(`Nothing is wrong with this command: ${words.join(' ')}`);
  return said.trimEnd();
};
