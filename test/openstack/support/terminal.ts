import { spawn } from 'node:child_process';
import { lab } from './lab.ts';
import { type UserName, users } from './users.ts';

export interface Shown {
  readonly exit: number;
  /** What a person sees: standard output, then standard error. */
  readonly text: string;
}

/**
 * Runs a program as a person would, with the `OS_` variables of a seeded user and nothing else in the environment.
 * @param more further variables; `undefined` takes one away
 */
export const onTerminal = (
  program: string,
  words: readonly string[],
  as: UserName = 'demo',
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<Shown> => {
  const { name, password, project } = users[as];
  const env = {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    PYTHONWARNINGS: 'ignore',
    COLUMNS: '200',
    OS_AUTH_URL: `${lab().keystone}/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_IMAGE_API_VERSION: '2',
    OS_USERNAME: name,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: project,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
    ...more,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...words], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit: exit ?? -1, text: (out + err).trim() }));
  });
};

/** `openstack` with its words written as on a command line; `'quoted words'` are one. */
export const openstack = (
  line: string,
  as?: UserName,
  more?: Readonly<Record<string, string | undefined>>,
): Promise<Shown> => onTerminal('/usr/bin/openstack', wordsOf(line), as, more);

const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

/** `name version` of Debian packages, as a list in a sentence. */
export const packageVersions = async (...names: readonly string[]): Promise<string> => {
  const { text } = await onTerminal('/usr/bin/dpkg-query', ['-W', ...names]);
  return text.replaceAll('\t', ' ').split('\n').join(', ');
};
