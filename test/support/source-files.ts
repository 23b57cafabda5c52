/** The TypeScript files of this project as text: for tests that hold the rules of the house. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface SourceFile {
  /** Seen from the project's root, e.g. `src/core/stage.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

/** Every `.ts` file below a folder of the project, sorted by path. */
export const sourceFiles = (folder: string): readonly SourceFile[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, lines: text.split('\n').length - 1 };
    });

export interface Import {
  /** The file that imports. */
  readonly from: string;
  /** A path like `from`, or the name of a library as it is written. */
  readonly to: string;
  readonly ours: boolean;
  /** Erased before the code runs. */
  readonly typeOnly: boolean;
}

const statement = /^(?:import|export)\s+(type\s+)?(?:[\w*\s{},$]+?from\s+)?'([^']+)'/gm;
const call = /\bimport\('([^']+)'\)/g;

/** What a file imports, by statement or by call. */
export const importsOf = ({ path, text }: SourceFile): readonly Import[] => {
  const found = [
    ...[...text.matchAll(statement)].map(([, type, to = '']) => ({ to, typeOnly: type !== undefined })),
    ...[...text.matchAll(call)].map(([, to = '']) => ({ to, typeOnly: true })),
  ];
  return found.map(({ to, typeOnly }) => {
    const ours = to.startsWith('.');
    return { from: path, to: ours ? normalize(join(dirname(path), to)) : to, ours, typeOnly };
  });
};

/** The name of a package, without what follows it: `ajv` of `ajv/dist/2020.js`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
