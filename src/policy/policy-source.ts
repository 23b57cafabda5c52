import type { SourcePlace } from '../core/policy.ts';
import { type Checked, checkYaml } from '../files/check.ts';
import type { Problem } from '../files/problem.ts';
import type { Path } from '../files/source.ts';
import type { PolicyText } from './folder.ts';
import { policyFileSchema } from './schema.ts';

/** An entry of a list in a policy file, of the schema's type because nothing below it was complained of. */
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

const policySource = ({ source, draft, complaints }: Checked): PolicySource => {
  const isRight = (path: Path): boolean =>
    !complaints.some((complaint) => path.every((step, index) => complaint.path[index] === step));
  const part = <T>(path: Path): Entry<T> | undefined => {
    const value = valueAt(draft, path);
    return value === undefined || !isRight(path) ? undefined : { value: value as T, path };
  };
  const list = (path: Path): readonly unknown[] => {
    const value = valueAt(draft, path);
    return Array.isArray(value) ? value : [];
  };
  return {
    place: source.place,
    part,
    entries: <T>(path: Path) =>
      list(path)
        .map((_, index) => part<T>([...path, index]))
        .filter((entry) => entry !== undefined),
    count: (path) => list(path).length,
    text: (path) => {
      const value = valueAt(draft, path);
      return typeof value === 'string' ? value : undefined;
    },
  };
};

const valueAt = (draft: unknown, path: Path): unknown => {
  let value = draft;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
};
