import { readFileSync } from 'node:fs';
import { packageFile } from '../node/package-files.ts';

/** The version of this package, e.g. `0.1.0`. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { readonly version: string }).version;
