import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `package.json` lies two folders up, seen from the sources and from the built package alike. */
const file = join(import.meta.dirname, '../../package.json');

/** The version of this package, e.g. `0.1.0`. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
