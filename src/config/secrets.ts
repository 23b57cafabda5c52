import { dirname, isAbsolute, join } from 'node:path';
import { Secret } from '../core/secret.ts';
import { quoted } from '../files/problem.ts';
import { readText } from '../files/read-text.ts';

const largestSecret = 64 * 1024;

export type SecretResult = { readonly secret: Secret } | { readonly fault: string };

/** Where relative paths in a configuration begin: at the folder of the file that names them. */
export const besideFile = (file: string, path: string): string =>
  isAbsolute(path) ? path : join(dirname(file), path);

/**
 * Fetches a secret from where the configuration says it is. One line break at the end of a file does not belong to
 * it, since editors and `echo` add it.
 * @param reference `env:NAME` or `file:PATH`; @param file the configuration file.
 */
export const fetchSecret = async (
  reference: string,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<SecretResult> => {
  if (reference.startsWith('env:')) {
    const name = reference.slice(4);
    const text = env[name];
    if (text === undefined) return { fault: `The environment variable ${name} is not set.` };
    return text === ''
      ? { fault: `The environment variable ${name} is empty.` }
      : { secret: new Secret(text) };
  }
  return readSecret(besideFile(file, reference.slice('file:'.length)));
};

/** Reads the file of a secret, at the start or because it may have changed. */
export const readSecret = async (path: string): Promise<SecretResult> => {
  const read = await readText(path, path, largestSecret);
  if (!read.ok) return { fault: `${quoted(path)} cannot be read. ${read.message}` };
  const text = read.text.replace(/\r?\n$/, '');
  return text === '' ? { fault: `The file ${quoted(path)} is empty.` } : { secret: new Secret(text, path) };
};
