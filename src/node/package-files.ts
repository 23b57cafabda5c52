import { findPackageJSON } from 'node:module';
import { dirname, extname, join } from 'node:path';

// Not counted from here by `..`: a build puts this code into another file, as deep as it likes (docs/adr/023).
const manifest = findPackageJSON(import.meta.url);
if (manifest === undefined) throw new Error(`No package.json belongs to ${import.meta.filename}.`);
const root = dirname(manifest);

/** A file or folder that is shipped beside the code, by its path seen from `package.json`. */
export const packageFile = (path: string): string => join(root, path);

/** A program of this package by its path in `src`, without the ending: the source, or what was built of it. */
export const packageProgram = (path: string): string =>
  extname(import.meta.filename) === '.ts'
    ? join(root, 'src', `${path}.ts`)
    : join(root, 'dist', `${path}.js`);
