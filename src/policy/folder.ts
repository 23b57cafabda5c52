import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, startOf } from '../files/problem.ts';
import { readFailure, readText } from '../files/read-text.ts';

/** Larger policy files are mistakes: a core dump, a log, a device. */
export const largestFile = 1024 * 1024;
/** More files than this are not a policy folder. */
const mostFiles = 1000;
const deepestFolder = 8;

/** One file of a policy folder. `name` is its path inside the folder, `file` the path an operator would type. */
export interface PolicyText {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly bytes: Uint8Array;
}

export interface FolderContent {
  readonly policies: readonly PolicyText[];
  readonly schemas: readonly PolicyText[];
  /** `*.cases.yaml`: what the policies must do. They are no part of the revision. */
  readonly cases: readonly PolicyText[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Reads `*.yaml` and `*.yml` (those named `*.cases.yaml` apart) at the top and `*.json` anywhere below `schemas/`, in the order
 * of their names. Links are followed, names that begin with a dot are not looked at: a Kubernetes ConfigMap volume
 * shows each file as a link into a hidden folder.
 */
export const readPolicyFolder = async (folder: string): Promise<FolderContent> => {
  const content = {
    policies: [] as PolicyText[],
    schemas: [] as PolicyText[],
    cases: [] as PolicyText[],
    problems: [] as Problem[],
    warnings: [] as Problem[],
  };
  const fail = (file: string, message: string) => content.problems.push({ place: startOf(file), message });
  let names: string[];
  try {
    names = await namesIn(folder);
  } catch (cause) {
    fail(folder, `The policy folder cannot be read. ${readFailure(cause).replace('The file', 'It')}`);
    return content;
  }
  const policies = names.filter(isPolicyName);
  const cases = names.filter((name) => isYaml(name) && !isPolicyName(name));
  const schemas = names.includes('schemas') ? await schemaNames(folder, 'schemas', 1, fail) : [];
  if (policies.length === 0) fail(folder, 'There is no policy file (*.yaml) in this folder.');
  if (policies.length + schemas.length + cases.length > mostFiles) {
    fail(folder, `There are more than ${mostFiles} files in this folder; is it the right one?`);
    return content;
  }
  for (const [list, wanted] of [
    [content.policies, policies],
    [content.schemas, schemas],
    [content.cases, cases],
  ] as const) {
    for (const name of wanted) {
      const file = join(folder, name);
      const result = await readText(file, file, largestFile);
      if (result.ok) list.push({ name, file, text: result.text, bytes: result.bytes });
      else content.problems.push({ place: result.place, message: result.message });
    }
  }
  content.warnings.push(...(await unread(folder, names)));
  return content;
};

const isYaml = (name: string): boolean => /\.ya?ml$/.test(name);
const isPolicyName = (name: string): boolean => isYaml(name) && !/\.cases\.ya?ml$/.test(name);

/** In which list of a folder's content a file stands, by its path inside the folder; `undefined`: in none. */
export const kindOfFile = (name: string): 'policies' | 'schemas' | 'cases' | undefined => {
  if (/\p{Cc}/u.test(name)) return undefined;
  if (/^schemas(?:\/[^/.][^/]*)+$/.test(name)) return name.endsWith('.json') ? 'schemas' : undefined;
  if (!/^[^/.][^/]*$/.test(name) || !isYaml(name)) return undefined;
  return isPolicyName(name) ? 'policies' : 'cases';
};

const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();

type Fail = (file: string, message: string) => void;

const schemaNames = async (folder: string, inside: string, depth: number, fail: Fail): Promise<string[]> => {
  const at = join(folder, inside);
  if (depth > deepestFolder) {
    fail(at, 'The folders are nested too deeply; does a link lead back?');
    return [];
  }
  const found: string[] = [];
  try {
    for (const entry of await namesIn(at)) {
      const name = `${inside}/${entry}`;
      if (entry.endsWith('.json')) found.push(name);
      else if (await isFolder(join(folder, name)))
        found.push(...(await schemaNames(folder, name, depth + 1, fail)));
    }
  } catch (cause) {
    fail(at, readFailure(cause));
  }
  return found;
};

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // A link that leads nowhere and is no schema is none of our business.
    return false;
  }
};

/** Policies in subfolders would be forgotten in silence, and with them what they guard. */
const unread = async (folder: string, names: readonly string[]): Promise<Problem[]> => {
  const warnings: Problem[] = [];
  for (const name of names.filter((candidate) => candidate !== 'schemas' && !isYaml(candidate))) {
    const path = join(folder, name);
    if (!(await isFolder(path))) continue;
    const forgotten = (await namesIn(path).catch(() => [])).filter(isPolicyName);
    for (const file of forgotten)
      warnings.push({
        place: startOf(join(path, file)),
        message: 'This file is not read: policies stand at the top of the folder.',
      });
  }
  return warnings;
};
