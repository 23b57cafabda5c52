import type { SourcePlace } from '../core/policy.ts';
import { type Checked, checkYaml } from '../files/check.ts';
import type { Problem } from '../files/problem.ts';
import type { Path } from '../files/source.ts';
import type { PolicyText } from './folder.ts';
import { policyFileSchema } from './schema.ts';

/** A part of a policy file, of the schema's type because nothing below it was complained of. */
export interface Entry<T> {
  readonly value: T;
  readonly path: Path;
}

/** One policy file, read and held against its schema. */
export interface PolicySource {
  readonly place: (path: Path, of?: 'value' | 'key') => SourcePlace;
  /** The part at `path`, unless it is absent or something in it is wrong. */
  part<T>(path: Path): Entry<T> | undefined;
  /** The right entries of the list at `path`. Wrong ones are left out, so that the others can be checked further. */
  entries<T>(path: Path): Entry<T>[];
  /** How many entries the list at `path` has, right or wrong. */
  count(path: Path): number;
  /** Whether there is anything at `path`, right or wrong. */
  has(path: Path): boolean;
  /** The text at `path`, whatever is wrong around it. */
  text(path: Path): string | undefined;
}

/** Reads one file; `undefined` source: its text is no YAML, and nothing more can be said of it. */
export const readPolicy = ({
  file,
  text,
}: PolicyText): { source: PolicySource | undefined; problems: readonly Problem[] } => {
  const { checked, problems } = checkYaml(file, text, policyFileSchema);
  return { source: checked && policySource(checked), problems };
};

const policySource = (checked: Checked): PolicySource => {
  const part = <T>(path: Path): Entry<T> | undefined => {
    const value = checked.part<T>(path);
    return value === undefined ? undefined : { value, path };
  };
  const count = (path: Path): number => {
    const value = checked.at(path);
    return Array.isArray(value) ? value.length : 0;
  };
  return {
    place: checked.place,
    part,
    entries: <T>(path: Path) =>
      Array.from({ length: count(path) }, (_, index) => part<T>([...path, index])).filter(
        (entry) => entry !== undefined,
      ),
    count,
    has: (path) => checked.at(path) !== undefined,
    text: (path) => {
      const value = checked.at(path);
      return typeof value === 'string' ? value : undefined;
    },
  };
};
